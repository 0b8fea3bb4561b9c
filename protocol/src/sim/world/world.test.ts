/** The protocol in simulated worlds of consumers, hubs, tunnels and keepers, with every kind of fault between them. */
import { expect, test } from 'vitest';
import { DEFLATERS } from '../../testing/index.ts';
import { hunt } from './failing-seed.ts';
import { planOf } from './plan.ts';
import { FAILED_ONCE } from './seeds.ts';
import { simulate } from './world.ts';

const deflater = DEFLATERS.zlib;
/** Number of new worlds that each run tries. It is smaller where the worlds would take too long. */
const FRESH = 100;
const BUDGET_MS = 20_000;

function* fresh(): Generator<number> {
  const end = performance.now() + BUDGET_MS;
  const [first] = crypto.getRandomValues(new Uint32Array(1));
  for (let i = 0; i < FRESH && performance.now() < end; i++) yield (first! + i) & 0x7fff_ffff;
}

test('no invariant breaks in worlds where one once broke', async () => {
  await hunt(FAILED_ONCE, deflater);
});

test('no invariant breaks in new worlds', async () => {
  await hunt(fresh(), deflater);
});

test('the same seed is the same world, line by line', async () => {
  for (const seed of [1, 2, 3]) {
    const traces = [[], []] as string[][];
    for (const trace of traces) await simulate({ seed, tell: (line) => trace.push(line) });
    expect(traces[0]!.length).toBeGreaterThan(10);
    expect(traces[1]).toEqual(traces[0]);
  }
});

test("only as many of a seed's faults happen as are asked for", async () => {
  const seed = 3;
  const all = planOf(seed).faults.length;
  expect(all).toBeGreaterThan(2);
  expect((await simulate({ seed, steps: 2 })).steps).toBe(2);
  expect((await simulate({ seed, steps: 1_000 })).steps).toBe(all);
});
