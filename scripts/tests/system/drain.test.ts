/** Hubs are replaced by others while bytes flow and somebody types: both sides open their new socket first, nobody sees it. */
import { setTimeout as pause } from 'node:timers/promises';
import type { UniCore } from '@unicore/client/sdk';
import { LineProxy } from '@unicore/server/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { showTimes } from '../../testing/figures.ts';
import { listen } from '../../testing/listen.ts';
import { runningVm } from '../../testing/vms.ts';
import { startWorld, type World } from '../../testing/world.ts';

const DRAIN_S = 8;
const NOTICE_MS = 1_000;
/** One hub after the other. */
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
      // The balancer has not noticed at first: who is sent away comes to the same hub again.
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
      showTimes(`hub ${hub}`, { 'all had left after': performance.now() - begun, drain: DRAIN_S * 1000 });
    }
    // A second at most is promised: `npm run chaos -- hubs rolling` judges that.
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
