/** Benchmark suite: the cost of a path through two hubs, compared with a path through one hub. */

import { median, percentile } from '../../lib/stats.ts';
import { type Carrier, type CarrierName, type Carriers, startCarriers } from '../carriers/index.ts';
import { cpuSeconds } from '../lib/cpu.ts';
import type { Options } from '../lib/options.ts';
import { above, atMost, NONE, paired, type Result } from '../lib/result.ts';

const SAME = 'unicore';
/**
 * The two kinds of connection between hubs. `cpu` is the maximum CPU time per byte, as a multiple of the CPU
 * time with only one hub.
 */
const WAYS = [
  { name: 'hubs by Redis', cpu: 2.5 },
  { name: 'hubs by sockets', cpu: 2 },
] as const satisfies { name: CarrierName; cpu: number }[];
/** Goal: the second hub makes the echo of a key at most this much slower, ms. */
const MOST_ABOVE_MS = 0.5;
/**
 * Bulk data that is sent while the echo times (p99) of keys are compared, in bytes per second. Every path can
 * easily carry this load.
 */
const STEADY_BYTES_PER_SECOND = 40e6;
const FLOODS = 8;
const MB = 1e6;
const GB = 1e9;

interface Measured {
  idle: { p50: number; p99: number };
  steady: { p50: number; p99: number; megabytesPerSecond: number };
  flood: { megabytesPerSecond: number; cpu: number; cpuOfRelay: number };
}

export async function hubs(options: Options): Promise<Result[]> {
  const names = [SAME, ...WAYS.map(({ name }) => name)] as const;
  const carriers = await startCarriers(names, { streams: FLOODS + 1, cpuProf: options.cpuProf });
  try {
    for (const [name, why] of carriers.missing) throw new Error(`${name} could not be started: ${why}`);
    return results(await measure(carriers, options));
  } finally {
    await carriers.stop();
  }
}

async function measure({ started }: Carriers, { reps, seconds, progress }: Options) {
  const measured = new Map([...started.keys()].map((name) => [name, [] as Measured[]]));
  // The first repetition of the measurements is a warm-up and is not counted.
  for (let rep = 0; rep <= reps; rep++) {
    for (const [name, carrier] of started) {
      const one = await measureOne(carrier, rep === 0 ? seconds / 2 : seconds);
      if (rep > 0) measured.get(name)!.push(one);
    }
    progress(`hubs: ${rep} of ${reps}`);
  }
  return measured;
}

async function measureOne({ near, pids }: Carrier, seconds: number): Promise<Measured> {
  const idle = await near.type(0, seconds);
  const steady = await near.type(FLOODS, seconds, STEADY_BYTES_PER_SECOND);
  const all = [...pids.far, ...pids.relay, ...pids.near];
  const cpu = () => [cpuSeconds(all), cpuSeconds(pids.relay)].map((each) => each ?? Number.NaN);
  const before = cpu();
  const flood = await near.flood(FLOODS, seconds);
  const [whole, relay] = cpu().map((after, index) => (after - before[index]!) / (flood.bytes / GB));
  return {
    idle: { p50: percentile(idle.rtts, 0.5), p99: percentile(idle.rtts, 0.99) },
    steady: {
      p50: percentile(steady.rtts, 0.5),
      p99: percentile(steady.rtts, 0.99),
      megabytesPerSecond: steady.bytesPerSecond / MB,
    },
    flood: { megabytesPerSecond: flood.bytesPerSecond / MB, cpu: whole!, cpuOfRelay: relay! },
  };
}

function results(measured: ReadonlyMap<CarrierName, Measured[]>): Result[] {
  const of = (name: CarrierName, figure: (one: Measured) => number) => measured.get(name)!.map(figure);
  return WAYS.flatMap(({ name, cpu }) => {
    const pair = (figure: (one: Measured) => number) => ({
      ours: of(name, figure),
      reference: { name: 'one hub', values: of(SAME, figure) },
    });
    return [
      above({
        name: `keystroke, idle, p50, ${name}`,
        unit: 'ms',
        ...pair(({ idle }) => idle.p50),
        most: MOST_ABOVE_MS,
        more: { 'ms p99': median(of(name, ({ idle }) => idle.p99)) },
      }),
      paired({
        name: `keystroke beside ${STEADY_BYTES_PER_SECOND / MB} MB/s, p99, ${name}`,
        unit: 'ms',
        ...pair(({ steady }) => steady.p99),
        goal: atMost(2),
        more: {
          'ms p50': median(of(name, ({ steady }) => steady.p50)),
          'MB/s meanwhile': median(of(name, ({ steady }) => steady.megabytesPerSecond)),
          'MB/s meanwhile, one hub': median(of(SAME, ({ steady }) => steady.megabytesPerSecond)),
        },
      }),
      paired({
        name: `CPU of all processes, ${name}`,
        unit: 's/GB',
        ...pair(({ flood }) => flood.cpu),
        goal: atMost(cpu),
        more: {
          'CPU s/GB of hubs and Redis': median(of(name, ({ flood }) => flood.cpuOfRelay)),
          'CPU s/GB of the one hub': median(of(SAME, ({ flood }) => flood.cpuOfRelay)),
        },
      }),
      paired({
        name: `${FLOODS} channels as fast as they can, ${name}`,
        unit: 'MB/s',
        ...pair(({ flood }) => flood.megabytesPerSecond),
        goal: NONE,
      }),
    ];
  });
}
