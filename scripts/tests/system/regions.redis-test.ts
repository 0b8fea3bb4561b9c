/** Hubs that are far from each other: what crosses takes the path's time and little more, and everybody goes by the near one. */
import { afterEach, describe, expect, test } from 'vitest';
import { farStream } from '../../testing/far-stream.ts';
import { showTimes } from '../../testing/figures.ts';
import { keyEcho } from '../../testing/key-echo.ts';
import { TwoRegions } from '../../testing/two-regions.ts';
import { runningVm, shell } from '../../testing/vms.ts';

let world: TwoRegions | undefined;
afterEach(() => world?.close());

describe.each([
  { roundTripMs: 80, direct: false, way: 'by Redis' },
  { roundTripMs: 150, direct: false, way: 'by Redis' },
  { roundTripMs: 80, direct: true, way: 'by a socket' },
  { roundTripMs: 150, direct: true, way: 'by a socket' },
])('$roundTripMs ms between the hubs, $way', ({ roundTripMs, direct }) => {
  test('a key takes the path’s round trip, and nobody is called silent', async () => {
    world = await TwoRegions.open({ roundTripMs, direct });
    await world.agent(world.second);
    const unicore = await world.user(world.first);
    const vmId = await runningVm(unicore);
    const seen = new Set<string>();
    unicore.onStatus((status) => seen.add(status));
    const watch = unicore.api.vm.watch.subscribe(undefined, {
      onData: (event) => event.type === 'changed' && seen.add(event.vm.state),
    });
    const view = await shell(unicore, vmId);

    view.type('clear; stty raw -echo; cat\r');
    await view.until(/^\s*$/);
    const key = await keyEcho(view);
    showTimes('a key', { 'the path': roundTripMs, 'to its echo': key });
    expect(key).toBeGreaterThan(roundTripMs);
    // Nothing waits for a second round trip.
    expect(key).toBeLessThan(2 * roundTripMs);

    watch.unsubscribe();
    expect([...seen]).toEqual([]);
    view.close();
  });

  test('a stream fills a window that grows', async () => {
    const { code, rate, most } = await farStream(roundTripMs, direct);
    console.log(`${rate.toFixed(1)} first windows came in each round trip`);
    expect(code).toBe('OK');
    expect(most).toBeGreaterThan(1.5);
  });
});

test('whoever was sent to a far hub goes by the near one: provider and consumer, by themselves', async () => {
  const roundTripMs = 150;
  world = await TwoRegions.open({ roundTripMs, firstIsFar: true });
  const { first, second } = world;
  await world.agent(first);
  const unicore = await world.user(first);
  const vmId = await runningVm(unicore);
  const view = await shell(unicore, vmId);
  view.type('clear; stty raw -echo; cat\r');
  await view.until(/^\s*$/);
  await expect.poll(() => unicore.hubs.find(({ used }) => used)?.url).toBe(second.url);
  // Both have to be there: with the provider at the far hub, keys would go there and back.
  await expect.poll(() => keyEcho(view)).toBeLessThan(roundTripMs);
  expect(unicore.hubs.map(({ region }) => region)).toEqual(['second', 'first']);
  expect(unicore.status).toBe('connected');
  view.close();
});
