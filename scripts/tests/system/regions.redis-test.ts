/**
 * Tests hubs that are far from each other. Messages between them must take little more than the path's delay,
 * and clients must use the near hub.
 */
import { describe, expect, onTestFinished, test } from 'vitest';
import { farStream } from '../../testing/far-stream.ts';
import { showTimes } from '../../testing/figures.ts';
import { keyEcho } from '../../testing/key-echo.ts';
import { TwoRegions } from '../../testing/two-regions.ts';
import { runningVm, shell } from '../../testing/vms.ts';

/** Tests of the same pair of hubs run one after the other. */
const IN_TURN = { concurrent: false };

// The pairs of hubs mostly wait for their long lines, so the pairs run side by side.
describe.concurrent.each([
  { roundTripMs: 80, direct: false, way: 'by Redis' },
  { roundTripMs: 150, direct: false, way: 'by Redis' },
  { roundTripMs: 80, direct: true, way: 'by a socket' },
  { roundTripMs: 150, direct: true, way: 'by a socket' },
])('$roundTripMs ms between the hubs, $way', ({ roundTripMs, direct, way }) => {
  test('a key takes the path’s round trip, and nobody is called silent', IN_TURN, async () => {
    const world = await TwoRegions.open({ roundTripMs, direct });
    onTestFinished(() => world.close());
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
    const { least, median } = await keyEcho(view);
    showTimes(`a key over ${roundTripMs} ms ${way}`, { 'the path': roundTripMs, 'to its echo': median });
    expect(least).toBeGreaterThan(roundTripMs);
    // No echo waits for a second round trip.
    expect(least).toBeLessThan(2 * roundTripMs);

    watch.unsubscribe();
    expect([...seen]).toEqual([]);
    view.close();
  });

  test('a stream fills a window that grows', IN_TURN, async () => {
    const { code, rate, most } = await farStream(roundTripMs, direct);
    console.log(`${rate.toFixed(1)} first windows came in each ${roundTripMs} ms ${way}`);
    expect(code).toBe('OK');
    expect(most).toBeGreaterThan(1.5);
  });
});

test('provider and consumer change from a far hub to the near one by themselves', async () => {
  const roundTripMs = 150;
  const world = await TwoRegions.open({ roundTripMs, firstIsFar: true });
  onTestFinished(() => world.close());
  const { first, second } = world;
  await world.agent(first);
  const unicore = await world.user(first);
  const vmId = await runningVm(unicore);
  const view = await shell(unicore, vmId);
  view.type('clear; stty raw -echo; cat\r');
  await view.until(/^\s*$/);
  await expect.poll(() => unicore.hubs.find(({ used }) => used)?.url).toBe(second.url);
  // Both the consumer and the provider must be at the near hub. With the provider at the far hub, keys would
  // go there and back.
  await expect.poll(async () => (await keyEcho(view)).least).toBeLessThan(roundTripMs);
  expect(unicore.hubs.map(({ region }) => region)).toEqual(['second', 'first']);
  expect(unicore.status).toBe('connected');
  view.close();
});
