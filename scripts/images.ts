/** Implements `npm run images`: builds the container images of VMs, hubs and desktops that are not up to date. */

import { parseArgs } from 'node:util';
import { main, paint, say, step } from './lib/console.ts';
import { DESKTOP_IMAGE } from './product/images/desktop-image.ts';
import { HUB_IMAGE } from './product/images/hub-image.ts';
import { buildImage, dockerEngine, type Image, imageIsCurrent } from './product/images/image.ts';
import { VM_IMAGE } from './product/images/vm-image.ts';

const IMAGES = { vm: VM_IMAGE, hub: HUB_IMAGE, desktop: DESKTOP_IMAGE };
const HELP = `npm run images -- [${Object.keys(IMAGES).join('|')}]…   all if none is named`;

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', default: false } },
  });
  if (values.help) return say(HELP);
  const wanted = positionals.length === 0 ? Object.values(IMAGES) : positionals.map(named);
  const docker = await dockerEngine();
  if (docker === undefined) {
    throw new Error(
      'No Docker engine answers. Start one (or set DOCKER_HOST), then run npm run images again.',
    );
  }
  for (const image of wanted) {
    if (await imageIsCurrent(docker, image)) say(`  ${image.name} is up to date`);
    else
      await step(`Built ${image.name}`, () =>
        buildImage(docker, image, (line) => say(paint('dim', `  ${line}`))),
      );
  }
});

function named(name: string): Image {
  const image = Object.entries(IMAGES).find(([key]) => key === name)?.[1];
  if (image === undefined) throw new Error(`There is no image "${name}".\n${HELP}`);
  return image;
}
