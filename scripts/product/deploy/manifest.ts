/** Renders the Cloud Run service of one region from the template server/deploy/cloud-run.yaml. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument, visit } from 'yaml';
import { ROOT } from '../../lib/paths.ts';
import { desktopImageOf, desktopPlacesOf, imageOf, type Target } from './deployment.ts';

const TEMPLATE = join(ROOT, 'server/deploy/cloud-run.yaml');
const MIB_PER_GI = 1024;
/** A hub may use one quarter of its instance's memory for data that waits for slow readers. */
const QUEUE_SHARE = 4;

/**
 * Returns the manifest of one region. `all` are all regions. Pages of the others may call the hubs of this region,
 * too, and desktops run in each of them.
 */
export async function renderManifest(target: Target, all: readonly Target[]): Promise<string> {
  const urls = [...new Set(all.map(({ publicUrl }) => publicUrl))];
  const [redisSecret, redisSecretVersion = 'latest'] = target.redisSecret.split(':');
  const values: Record<string, string | number | undefined> = {
    ...target,
    image: imageOf(target),
    redisSecret: redisSecret!,
    redisSecretVersion,
    origins: urls.filter((url) => url !== target.publicUrl).join(','),
    // Without desktops these are empty, which a hub takes for its defaults.
    desktopImage: desktopImageOf(target) ?? '',
    desktopPlaces: desktopPlacesOf(all),
    queueMib: (Number.parseInt(target.memory, 10) * MIB_PER_GI) / QUEUE_SHARE,
  };
  return fill(await readFile(TEMPLATE, 'utf8'), values);
}

/**
 * Fills placeholders in the parsed YAML document instead of its text, so that no value can change the
 * document's structure. A quoted placeholder stays a string.
 */
function fill(template: string, values: Readonly<Record<string, string | number | undefined>>): string {
  const document = parseDocument(template);
  if (document.errors.length > 0) throw document.errors[0];
  const filling = (gap: string) => {
    const value = values[gap];
    if (value === undefined) throw new Error(`${TEMPLATE} asks for \${${gap}}, which nothing fills.`);
    return value;
  };
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value !== 'string') return;
      const whole = /^\$\{(\w+)\}$/.exec(node.value)?.[1];
      if (whole !== undefined && node.type === 'PLAIN') node.value = filling(whole);
      else node.value = node.value.replace(/\$\{(\w+)\}/g, (_, gap) => String(filling(gap)));
    },
  });
  return document.toString({ lineWidth: 0 });
}
