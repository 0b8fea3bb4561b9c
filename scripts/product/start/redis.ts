/**
 * Runs a Redis server for the hubs of `npm start`. Redis listens on loopback, needs a password, and stores
 * nothing on disk.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { freePort } from '@unicore/server/free-port';
import { untilListening } from '../../lib/port.ts';
import { systemEnv, tethered } from './programs.ts';
import { startService } from './service.ts';

const HOST = '127.0.0.1';
/** Settings of Redis, equal to those in server/deploy/compose.yaml. Comments in that file give reasons. */
export const REDIS_SETTINGS: Readonly<Record<string, string>> = {
  save: '""',
  appendonly: 'no',
  maxmemory: '512mb',
  'maxmemory-policy': 'noeviction',
  'client-output-buffer-limit': 'pubsub 32mb 16mb 10',
};

export interface OwnRedis {
  /** URL with which hubs connect to Redis. The URL contains the password. */
  readonly url: string;
  stop(): Promise<void>;
}

export async function startRedis(dataDir: string, show: readonly Writable[]): Promise<OwnRedis> {
  const port = await freePort(HOST);
  // Redis needs a password, because other users of this machine can connect to its port.
  const password = randomBytes(24).toString('hex');
  const folder = join(dataDir, 'redis');
  const config = join(folder, 'redis.conf');
  await mkdir(folder, { recursive: true });
  const settings = { bind: HOST, port, requirepass: password, dir: `"${folder}"`, ...REDIS_SETTINGS };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(config, lines.join(''), { mode: 0o600 });
  const child = await startService({
    name: 'Redis',
    log: join(dataDir, 'logs/redis.log'),
    show,
    env: systemEnv(),
    command: () => tethered('redis-server', config),
    ready: (signal) => untilListening(port, HOST, signal),
  });
  return { url: `redis://:${password}@${HOST}:${port}`, stop: () => child.stop() };
}
