/** Runs haproxy with the configuration from server/deploy, changed to use a fixed list of hub addresses. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { ROOT } from '../../lib/paths.ts';
import { untilListening } from '../../lib/port.ts';
import { systemEnv, tethered } from './programs.ts';
import { startService } from './service.ts';
import type { Supervised } from './supervisor.ts';

const SHIPPED = join(ROOT, 'server/deploy/haproxy.cfg');

export interface HaproxyOptions {
  readonly host: string;
  readonly port: number;
  /** URLs of the hubs. */
  readonly hubs: readonly string[];
  readonly dataDir: string;
  readonly show: readonly Writable[];
}

export async function startHaproxy({ host, port, hubs, dataDir, show }: HaproxyOptions): Promise<Supervised> {
  const config = join(dataDir, 'haproxy.cfg');
  await writeFile(config, await haproxyConfig(`${host}:${port}`, hubs));
  return startService({
    name: 'haproxy',
    log: join(dataDir, 'logs/haproxy.log'),
    show,
    env: systemEnv(),
    command: () => tethered('haproxy', '-db', '-f', config),
    ready: (signal) => untilListening(port, host, signal),
  });
}

/** Returns the text of server/deploy/haproxy.cfg with this listen address and these hubs as servers. */
export async function haproxyConfig(bind: string, hubs: readonly string[]): Promise<string> {
  const servers = hubs
    .map((url, index) => `  server hub${index + 1} ${new URL(url).host} init-addr last\n`)
    .join('');
  const shipped = await readFile(SHIPPED, 'utf8');
  return replaced(
    replaced(shipped, /^ {2}bind :7420$/gm, `  bind ${bind}`),
    /^ {2}server-template .*\n/gm,
    servers,
  );
}

function replaced(text: string, pattern: RegExp, by: string): string {
  if (!pattern.test(text)) throw new Error(`${SHIPPED} has no line ${pattern} any more.`);
  return text.replace(pattern, by);
}
