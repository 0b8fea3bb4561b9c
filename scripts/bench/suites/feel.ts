/**
 * Benchmark suite: delays that users notice. They are compared with fixed limits, not with another system.
 * The suite measures ^C and keys on a slow line, keys between distant regions, and the duration of the second
 * `npm start`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percentile } from '../../lib/stats.ts';
import { farStream } from '../../testing/far-stream.ts';
import { keyEcho } from '../../testing/key-echo.ts';
import {
  ECHO_P95_MS,
  FLOOD_SHARE,
  PROMPT_MS,
  type Side,
  SlowLine,
  shareOfLine,
} from '../../testing/slow-line.ts';
import { Started, stopAgent } from '../../testing/started.ts';
import { TwoRegions } from '../../testing/two-regions.ts';
import { runningVm, shell } from '../../testing/vms.ts';
import type { Options } from '../lib/options.ts';
import type { Result } from '../lib/result.ts';

/**
 * Goal: the echo of a key between two regions takes at most this much longer than the network's round trip,
 * ms.
 */
const ABOVE_PATH_MS = 40;
const ROUND_TRIPS_MS = [80, 150];
/**
 * Goal: in each network round trip, a stream between two regions transfers at least this many times its
 * initial receive window. This is possible only if the window has grown.
 */
const LEAST_WINDOWS = 1.5;
const SECOND_START_MS = 5_000;
/** Approximate number of keys typed per second while bulk data is sent. */
const KEYS_A_SECOND = 7;

export async function feel(options: Options): Promise<Result[]> {
  // The measurements on a consumer's slow line and on a provider's slow line run at the same time, because
  // they use little CPU.
  const lines = await Promise.all([slowLine('consumer', options), slowLine('provider', options)]);
  options.progress('feel: slow lines');
  const far = await regions();
  options.progress('feel: far regions');
  return [...lines.flat(), ...far, await secondStart()];
}

async function slowLine(side: Side, { reps, seconds }: Options): Promise<Result[]> {
  const line = await SlowLine.open(side);
  try {
    const results: Result[] = [];
    const views = { sdk: await line.terminal('sdk'), raw: await line.rawTerminal('raw') };
    for (const [kind, view] of Object.entries(views)) {
      for (const [program, ms] of Object.entries(PROMPT_MS)) {
        const took: number[] = [];
        for (let rep = 0; rep < reps; rep++) took.push(await line.interrupt(view, program));
        results.push(atMost(`^C in \`${program}\`, slow ${side}, ${kind}, most`, Math.max(...took), ms));
      }
    }
    const keys = Math.ceil(seconds * reps * KEYS_A_SECOND);
    const { echoes, rate } = await line.typeUnderFlood('stty raw -echo; cat /dev/urandom', keys);
    const name = `key beside a flood, slow ${side}`;
    const share = 100 * shareOfLine(rate);
    return [
      ...results,
      atMost(`${name}, p95`, percentile(echoes, 0.95), ECHO_P95_MS),
      atLeast(`${name}, what the flood keeps of the line`, share, 100 * FLOOD_SHARE, '%'),
    ];
  } finally {
    await line.close();
  }
}

async function regions(): Promise<Result[]> {
  const ways = ROUND_TRIPS_MS.flatMap((roundTripMs) =>
    [false, true].map((direct) => ({ roundTripMs, direct })),
  );
  const keys = await Promise.all(ways.map(farKey));
  const results: Result[] = [];
  for (const [i, { roundTripMs, direct }] of ways.entries()) {
    const way = `${roundTripMs} ms away by ${direct ? 'a socket' : 'Redis'}`;
    const { rate } = await farStream(roundTripMs, direct);
    results.push(
      atMost(`key, ${way}`, keys[i]!, roundTripMs + ABOVE_PATH_MS),
      atLeast(`stream, ${way}, in a round trip`, rate, LEAST_WINDOWS, 'first windows'),
    );
  }
  return results;
}

async function farKey({ roundTripMs, direct }: { roundTripMs: number; direct: boolean }): Promise<number> {
  const world = await TwoRegions.open({ roundTripMs, direct });
  try {
    await world.agent(world.second);
    const unicore = await world.user(world.first);
    const view = await shell(unicore, await runningVm(unicore));
    view.type('clear; stty raw -echo; cat\r');
    await view.until(/^\s*$/);
    return (await keyEcho(view)).median;
  } finally {
    await world.close();
  }
}

async function secondStart(): Promise<Result> {
  const data = mkdtempSync(join(tmpdir(), 'unicore-bench-start-'));
  try {
    await (await Started.start(data)).stop();
    const second = await Started.start(data);
    await second.stop();
    return atMost('second npm start', second.tookMs, SECOND_START_MS);
  } finally {
    await stopAgent(data);
    rmSync(data, { recursive: true, force: true });
  }
}

function atMost(name: string, value: number, limit: number): Result {
  const goal = `≤ ${limit} ms`;
  const reference = { name: 'limit', value: limit };
  return { name, value, unit: 'ms', reference, ratio: value / limit, goal, ok: value <= limit };
}

function atLeast(name: string, value: number, least: number, unit: string): Result {
  const goal = `≥ ${least} ${unit}`;
  const reference = { name: 'least', value: least };
  return { name, value, unit, reference, ratio: value / least, goal, ok: value >= least };
}
