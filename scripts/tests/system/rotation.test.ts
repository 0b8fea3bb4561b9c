/**
 * Renews sockets repeatedly during output and typing. Nothing may be lost, and no interruption may be shown.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { UniCore } from '@unicore/client/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Count, closedSockets, openSockets } from '../../testing/hub-sockets.ts';
import { listen } from '../../testing/listen.ts';
import { runningVm } from '../../testing/vms.ts';
import { startWorld, type World } from '../../testing/world.ts';

/** Number of times that each socket of consumer and provider is renewed during the test. */
const ROTATIONS = 3;
/**
 * Age at which the hub replaces a socket, in seconds. The other side has a quarter of this time, or more, to connect and to
 * move its channels. That is enough on a busy machine too.
 */
const ROTATE_S = 10;
const CHUNKS = 200;
const KEY_EVERY_MS = 20;
const LIMIT_MS = 300_000;

let world: World;
let unicore: UniCore;
let vmId: string;

beforeAll(async () => {
  world = await startWorld({ rotateSeconds: ROTATE_S });
  unicore = await world.user();
  vmId = await runningVm(unicore);
});

afterAll(() => world?.close());

test(
  'a flood and typed keys pass whole and in order while every socket is renewed',
  async () => {
    const statuses: string[] = [];
    unicore.onStatus((status) => statuses.push(`line ${status}`));
    const flood = listen(unicore, vmId, 'flood', "stty -echo; echo rea''dy", statuses);
    const typist = listen(unicore, vmId, 'typist', "stty raw -echo; echo rea''dy; exec cat", statuses);
    await Promise.all([flood.shows('ready'), typist.shows('ready')]);
    statuses.length = 0;
    const before = { flood: flood.text().length, typist: typist.text().length };
    const begun = await closedSockets(world.url);

    const loop = `i=0; while [ $i -lt ${CHUNKS} ]; do seq $((i*1000+1)) $((i*1000+1000)); i=$((i+1)); sleep 0.05; done; echo all' 'out`;
    flood.socket.send(`${loop}\r`);
    const calls: Promise<unknown>[] = [];
    let typed = '';
    for (
      let n = 0;
      !flood.text().includes('all out') || !isEnough(begun, await closedSockets(world.url));
      n++
    ) {
      const key = `${n} `;
      typed += key;
      typist.socket.send(key);
      // For this call the hub asks the agent, on the current control channel.
      if (n % 5 === 0) calls.push(unicore.api.vm.terminals.query({ vmId }));
      await pause(KEY_EVERY_MS);
    }
    await typist.shows(typed.slice(-20));
    await Promise.all(calls);

    const numbers = Array.from({ length: CHUNKS * 1000 }, (_, i) => `${i + 1}\r\n`).join('');
    const output = flood.text().slice(before.flood);
    expect(output.indexOf(numbers)).toBeGreaterThanOrEqual(0);
    expect(output.length).toBeLessThan(numbers.length + 200);
    expect(typist.text().slice(before.typist).replace(/^\s+/, '')).toBe(typed);
    expect(statuses).toEqual([]);
    await expect.poll(() => openSockets(world.url)).toEqual({ consumer: 1, provider: 1 });
    for (const { socket } of [flood, typist]) socket.close();
  },
  LIMIT_MS,
);

function isEnough(begun: Count, now: Count): boolean {
  return now.consumer - begun.consumer >= ROTATIONS && now.provider - begun.provider >= ROTATIONS;
}
