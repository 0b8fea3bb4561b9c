/**
 * Tests the connections from hubs to Redis: logins, unanswered commands, and connections that fail while
 * Redis itself works.
 */
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createLog } from '../../log.ts';
import { LineProxy } from '../../testing/line-proxy.ts';
import type { Wire } from '../meter.ts';
import { NO_METER as silent } from '../meter.ts';
import {
  BACK_MS,
  cleanups,
  expectAllWell,
  expectRecovered,
  hubs,
  poll,
  started,
  world,
} from './testing/outage.ts';
import { RedisServer } from './testing/redis-server.ts';

test('Redis does not answer posted messages', async () => {
  const redis = await started(RedisServer.start());
  const [a, b] = await hubs(2, world(redis.url));
  // A hub publishes a message without an answer only if it knows that Redis accepts CLIENT REPLY, the command
  // that switches answers off. The hub may not know this for the first messages, so the test publishes
  // messages repeatedly.
  await expect
    .poll(async () => {
      await a!.plane.post(b!.plane.hub, Buffer.from('x'));
      return Number(/cmdstat_client\|reply:calls=(\d+)/.exec(await redis.client.info('commandstats'))?.[1]);
    }, poll)
    .toBeGreaterThan(10);
});

describe('a Redis with a password', () => {
  test('accepts hubs that know it', async () => {
    const redis = await started(RedisServer.start('--requirepass', 'hunter2'));
    const [a, b] = await hubs(2, world(`redis://:hunter2@127.0.0.1:${redis.port}`));
    await expectAllWell(a!, b!, 'well');
  });

  test('still delivers all messages if it refuses CLIENT REPLY', async () => {
    const redis = await started(RedisServer.start());
    await redis.client.call('ACL', 'SETUSER', 'hub', 'on', '>pw', '~*', '&*', '+@all', '-client|reply');
    const [a, b] = await hubs(2, world(`redis://hub:pw@127.0.0.1:${redis.port}`));
    const sent = Array.from({ length: 50 }, (_, i) => `mail ${i}`);
    const posts = sent.map((text) => a!.plane.post(b!.plane.hub, Buffer.from(text)));
    // This Redis refuses CLIENT REPLY, the command that switches answers off. So it answers every message. If
    // the hub did not expect an answer to a message, it would mistake that answer for the answer to the next
    // send().
    expect(await a!.plane.send('0'.repeat(32), Buffer.from('x'))).toBe(false);
    await Promise.all(posts);
    await expect.poll(() => b!.mail, poll).toEqual(sent);
    await expectAllWell(a!, b!, 'well');
  });

  test('refuses other hubs, whose error says so and never contains the password', async () => {
    const redis = await started(RedisServer.start('--requirepass', 'right'));
    const lines: string[] = [];
    const log = createLog('trace', { write: (line) => lines.push(line) });
    const [a] = await hubs(1, world(`redis://:hunter2@127.0.0.1:${redis.port}`, silent, log));
    const error: unknown = await a!.plane.ping().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining('refuses the user or password') });
    expect(lines.join()).toContain('refuses the user or password');
    expect(inspect(error, { depth: 10 }) + lines).not.toContain('hunter2');
  });
});

describe('pub/sub that fails while Redis works', () => {
  test('a hub whose subscription was cut receives messages again, and is notified', async () => {
    const redis = await started(RedisServer.start());
    const [a, b] = await hubs(2, world(redis.url));
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await expectRecovered(a!, b!);
  });

  test.each([
    ['subscriber', 'subscribe'],
    ['publisher', 'publish'],
  ] as const)(
    'a %s that receives no more answers is replaced, although its connection stays open',
    async (wire, command) => {
      const redis = await started(RedisServer.start());
      const line = await LineProxy.open(redis.port);
      // The test's proxy forwards all connections from the hubs to Redis. It drops all answers
      // on the connection whose data contains this Redis command. The text includes the newlines around the
      // command, so that `publish` does not match `spublish`.
      line.marker = `\n${command}\r\n`;
      cleanups.push(() => line.close());
      const rebuilt: Wire[] = [];
      const meter = { ...silent, rebuilt: (which: Wire) => rebuilt.push(which) };
      const [a, b] = await hubs(2, world(`redis://127.0.0.1:${line.port}`, meter));
      line.muteMarked();
      await expect.poll(() => rebuilt, { ...poll, timeout: 2 * BACK_MS }).toEqual([wire, wire]);
      await expectRecovered(a!, b!);
    },
  );

  test('send returns false for a hub that does not listen', async () => {
    const redis = await started(RedisServer.start());
    let dropped = 0;
    const [a, b] = await hubs(2, world(redis.url, { ...silent, dropped: () => (dropped += 1) }));
    await b!.plane.close();
    await expect.poll(() => a!.plane.send(b!.plane.hub, Buffer.from('x')), poll).toBe(false);
    expect(dropped).toBeGreaterThan(0);
  });
});
