import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../../lib/paths.ts';
import { requirePrograms } from './cluster.ts';
import { REDIS_SETTINGS } from './redis.ts';

test('missing programs are named in one sentence, with the remedy', async () => {
  const nothing = { PATH: '/nonexistent' };
  await expect(requirePrograms(['redis-server', 'haproxy'], nothing)).rejects.toThrow(
    '--hubs needs redis-server and haproxy: apt-get install redis-server haproxy. npm start without --hubs needs neither.',
  );
  await requirePrograms(['sh']);
});

test('the Redis of npm start has the same settings as in the compose file', () => {
  const { services } = parse(readFileSync(join(ROOT, 'server/deploy/compose.yaml'), 'utf8'), { merge: true });
  const [, ...options] = services.redis.command as string[];
  const told = Object.entries(REDIS_SETTINGS).flatMap(([name, value]) => [
    `--${name}`,
    value.replaceAll('"', ''),
  ]);
  // A password protects this Redis. The Redis of the compose file is protected by its network instead.
  expect([...told, '--protected-mode', 'no']).toEqual(options);
});
