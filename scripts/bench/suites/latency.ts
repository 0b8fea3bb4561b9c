/**
 * Benchmark suite: the round-trip time of a key and its echo, on an idle connection and during bulk
 * transfers.
 */

import { percentile } from '../../lib/stats.ts';
import { type CarrierName, type Carriers, startCarriers } from '../carriers/index.ts';
import type { Options } from '../lib/options.ts';
import { atLeast, atMost, NONE, paired, type Result, without } from '../lib/result.ts';

const FLOODS = 16;
const MB = 1e6;

interface Measured {
  p50: number;
  p99: number;
  samples: number;
  megabytesPerSecond: number;
}

export async function latency(options: Options): Promise<Result[]> {
  const carriers = await startCarriers(['unicore', 'whole product', 'bare ws', 'OpenSSH -R'], {
    streams: FLOODS + 1,
    cpuProf: options.cpuProf,
  });
  try {
    const idle = await measure(0, ['unicore', 'bare ws', 'whole product'], carriers, options);
    const flooded = await measure(FLOODS, ['unicore', 'OpenSSH -R', 'whole product'], carriers, options);
    return [
      ...idleResults(idle),
      ...floodResults(flooded, carriers.missing.get('OpenSSH -R')),
      ...depth(idle, 'idle'),
      ...depth(flooded, `beside ${FLOODS} floods`),
    ];
  } finally {
    await carriers.stop();
  }
}

type Measurements = ReadonlyMap<CarrierName, Measured[]>;

async function measure(
  floods: number,
  names: readonly CarrierName[],
  { started }: Carriers,
  { reps, seconds, progress }: Options,
): Promise<Measurements> {
  const measured = new Map<CarrierName, Measured[]>(names.map((name) => [name, []]));
  // The first repetition of the measurements is a warm-up and is not counted.
  for (let rep = 0; rep <= reps; rep++) {
    for (const name of names) {
      const carrier = started.get(name);
      if (carrier === undefined) continue;
      const { rtts, bytesPerSecond } = await carrier.near.type(floods, rep === 0 ? seconds / 2 : seconds);
      const megabytesPerSecond = bytesPerSecond / MB;
      const figures = { p50: percentile(rtts, 0.5), p99: percentile(rtts, 0.99), samples: rtts.length };
      if (rep > 0) measured.get(name)!.push({ ...figures, megabytesPerSecond });
    }
    progress(`latency, ${floods} floods: ${rep} of ${reps}`);
  }
  return measured;
}

function idleResults(measured: Measurements): Result[] {
  const reference = 'bare ws';
  return (['p50', 'p99'] as const).map((which) =>
    paired({
      name: `keystroke, idle, ${which}`,
      unit: 'ms',
      ours: measured.get('unicore')!.map((one) => one[which]),
      reference: { name: reference, values: measured.get(reference)!.map((one) => one[which]) },
      goal: atMost(1.2),
      more: samplesOf(measured),
    }),
  );
}

function floodResults(measured: Measurements, why: string | undefined): Result[] {
  const reference = 'OpenSSH -R';
  const figures = [
    { name: `keystroke beside ${FLOODS} floods, p50`, unit: 'ms', which: 'p50', goal: atMost(0.2) },
    { name: `keystroke beside ${FLOODS} floods, p99`, unit: 'ms', which: 'p99', goal: atMost(0.2) },
    { name: `the ${FLOODS} floods meanwhile`, unit: 'MB/s', which: 'megabytesPerSecond', goal: atLeast(0.8) },
  ] as const;
  return figures.map(({ which, ...figure }) => {
    const ours = {
      ...figure,
      ours: measured.get('unicore')!.map((one) => one[which]),
      more: samplesOf(measured),
    };
    if (why !== undefined) return without(why, ours, reference);
    const values = measured.get(reference)!.map((one) => one[which]);
    return paired({ ...ours, reference: { name: reference, values } });
  });
}

/**
 * Returns how much longer the echo of a key takes in the whole product than without the tunnel, the keeper
 * (terminal daemon) and the PTY. These results have no goal and only explain other results.
 */
function depth(measured: Measurements, when: string): Result[] {
  return (['p50', 'p99'] as const).map((which) =>
    paired({
      name: `whole product, keystroke ${when}, ${which}`,
      unit: 'ms',
      ours: measured.get('whole product')!.map((one) => one[which]),
      reference: { name: 'right behind the hub', values: measured.get('unicore')!.map((one) => one[which]) },
      goal: NONE,
      more: samplesOf(measured),
    }),
  );
}

function samplesOf(measured: Measurements): Record<string, number> {
  const entries = [...measured].map(([name, all]) => [
    `keystrokes, ${name}`,
    all.reduce((sum, { samples }) => sum + samples, 0),
  ]);
  return Object.fromEntries(entries);
}
