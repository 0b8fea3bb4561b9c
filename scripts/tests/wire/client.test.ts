/**
 * Tests a client that was written from PROTOCOL.md alone. It opens a terminal, and must lose nothing when
 * either leg is cut.
 */
import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { runningVm } from '../../testing/vms.ts';
import { TerminalClient } from './client.ts';
import { recordedWorld } from './recorded-world.ts';

/**
 * Number of lines in each direction. They exceed the terminal's window of 128 KiB by far, so that some lines
 * are always in flight.
 */
const LINES = 200_000;
const INPUT_BYTES = 1024 * 1024;

const { recording, world } = await recordedWorld();

test.for([
  ['as it is', []],
  ['deflated', ['dataz']],
] as const)(
  'a terminal %s is resumed in floods both ways, and ended, with nothing lost',
  async ([, features]) => {
    const { tap } = recording;
    const vmId = await runningVm(await world.user());
    const { userId } = await world.app.auth.createUser('ada');
    const { secret } = await world.app.auth.bearerToken(userId);
    const client = new TerminalClient(tap.origin, secret, {
      vmId,
      features: [...features],
    });
    const { end } = client;
    await client.until('a prompt', () => /[$#] /.test(client.text));

    const output = Buffer.from(Array.from({ length: LINES }, (_, i) => `${i + 1}\r\n`).join(''));
    end.type(`stty -echo; echo be""gin; seq 1 ${LINES}; echo all' 'out\r`);
    for (const share of [0.2, 0.5, 0.8]) {
      await client.until('more output', () => end.output.end > share * output.length);
      if (share === 0.5) tap.leg('/provider').cut();
      else client.cut();
    }
    await client.until('all output', () => client.tail.includes('all out'));
    const bytes = Buffer.from(end.output.bytes);
    const start = bytes.indexOf('begin\r\n') + 'begin\r\n'.length;
    expect(bytes.subarray(start, start + output.length).equals(output)).toBe(true);

    const input = randomBytes(INPUT_BYTES);
    end.type(`stty raw; echo re""ady; head -c ${INPUT_BYTES} | sha256sum; stty sane\r`);
    await client.until('raw mode', () => client.tail.includes('ready'));
    const before = end.confirmed;
    end.type(input);
    for (const share of [0.2, 0.5, 0.8]) {
      await client.until('more input taken', () => end.confirmed - before > share * INPUT_BYTES);
      if (share === 0.5) tap.leg('/provider').cut();
      else client.cut();
    }
    const digest = createHash('sha256').update(input).digest('hex');
    await client.until('the digest of the input', () => client.tail.includes(digest));

    end.type('exit\r');
    await client.until('the end of the output', () => end.output.finalOff !== undefined);
    end.end();
    await client.until('the end', () => end.closed);
    client.close();
    expect(end.code).toBe(0);
    expect(end.attachments).toBeGreaterThan(6);
    expect(recording.violations).toEqual([]);
  },
);
