/**
 * Replaces hubs while bytes flow and somebody types. Both sides must open their new socket before the old one
 * ends, and users must see no interruption.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { UniCore } from '@unicore/client/sdk';
import { LineProxy } from '@unicore/server/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { showTimes } from '../../testing/figures.ts';
import { listen } from '../../testing/listen.ts';
import { runningVm } from '../../testing/vms.ts';
import { startWorld, type World } from '../../testing/world.ts';

/**
 * Drain time, in seconds. It is much longer than peers need to move to the other hub, even on a busy machine.
 */
const DRAIN_S = 24;
/** Time after which the hub closes the remaining sockets, in ms. */
const MOVING_MS = 22_500;
const NOTICE_MS = 1_000;
/** Number of hubs that are replaced one after the other. */
const REPLACED = 2;
const KEY_EVERY_MS = 20;
const LIMIT_MS = 300_000;

let balancer: LineProxy;
let world: World;
let unicore: UniCore;
let vmId: string;

beforeAll(async () => {
  balancer = await LineProxy.open();
  world = await startWorld({ drainSeconds: DRAIN_S, agentVia: balancer });
  unicore = await world.user('ada', balancer.origin);
  vmId = await runningVm(unicore);
});

afterAll(async () => {
  await world?.close();
  balancer?.close();
});

test(
  'a flood and typed keys pass whole, in order and without a pause from hub to hub',
  async () => {
    const statuses: string[] = [];
    unicore.onStatus((status) => statuses.push(`line ${status}`));
    const flood = listen(unicore, vmId, 'flood', "stty -echo; echo rea''dy", statuses);
    const typist = listen(unicore, vmId, 'typist', "stty raw -echo; echo rea''dy; exec cat", statuses);
    let lists = 0;
    const watch = unicore.api.vm.watch.subscribe(undefined, {
      onData: ({ type }) => {
        if (type === 'all') lists++;
      },
    });
    await Promise.all([flood.shows('ready'), typist.shows('ready')]);
    await expect.poll(() => lists).toBe(1);
    statuses.length = 0;
    const before = { flood: flood.text().length, typist: typist.text().length };
    flood.socket.send('i=0; while :; do i=$((i+1)); echo $i; sleep 0.002; done\r');
    const counted = () =>
      [
        ...flood
          .text()
          .slice(before.flood)
          .matchAll(/^(\d+)\r$/gm),
      ].map(([, n]) => Number(n));

    const echoes: Promise<number>[] = [];
    let typed = '';
    const type = async (key: string) => {
      const at = performance.now();
      typist.socket.send(key);
      await typist.shows(key);
      return performance.now() - at;
    };
    for (let hub = 1; hub <= REPLACED; hub++) {
      const { old } = await world.replaceHub();
      const begun = performance.now();
      let stopped = false;
      const stopping = old.stop().then(() => {
        stopped = true;
      });
      // At first the load balancer has not noticed the drain. A peer that must move then reaches the same hub
      // again.
      const noticed = pause(NOTICE_MS).then(() => {
        balancer.target = world.port;
      });
      for (let n = 0; !stopped; n++) {
        const key = `<${hub}.${n}>`;
        typed += key;
        echoes.push(type(key));
        await pause(KEY_EVERY_MS);
      }
      await Promise.all([stopping, noticed]);
      const leftMs = performance.now() - begun;
      showTimes(`hub ${hub}`, { 'all had left after': leftMs, drain: DRAIN_S * 1000 });
      // The hub had to close no socket, because all peers had moved before.
      expect(leftMs).toBeLessThan(MOVING_MS);
    }
    // The promised maximum is one second. `npm run chaos -- hubs rolling` checks this limit.
    showTimes('a key', { most: Math.max(...(await Promise.all(echoes))) });
    const last = counted().length;
    await flood.shows(`\n${last + 10}\r\n`);

    expect(typist.text().slice(before.typist).replace(/^\s+/, '')).toBe(typed);
    const numbers = counted();
    expect(numbers.length).toBeGreaterThan(100);
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    expect(statuses).toEqual([]);
    expect(await unicore.api.vm.terminals.query({ vmId })).toHaveLength(2);
    await expect.poll(() => lists).toBeGreaterThan(1);
    watch.unsubscribe();
    for (const { socket } of [flood, typist]) socket.close();
  },
  LIMIT_MS,
);
