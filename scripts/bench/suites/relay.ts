/**
 * Benchmark suite: how many bytes per second a hub transfers from provider to consumer, compared with other
 * systems.
 */

import { median } from '../../lib/stats.ts';
import { type Carrier, type CarrierName, type Carriers, startCarriers } from '../carriers/index.ts';
import { cpuSeconds } from '../lib/cpu.ts';
import type { Options } from '../lib/options.ts';
import { atLeast, type Goal, paired, type Result, without } from '../lib/result.ts';

const CHANNELS = [1, 32];
const REFERENCES: ReadonlyMap<CarrierName, Goal> = new Map([
  ['bare ws', atLeast(0.9)],
  ['OpenSSH -R', atLeast(1.5)],
  ['yamux', atLeast(1.5)],
]);
const MB = 1e6;
const GB = 1e9;

interface Measured {
  megabytesPerSecond: number;
  /**
   * CPU seconds per transferred gigabyte, for each part: server process (far), relay, and client process
   * (near).
   */
  cpu: Record<Part, number>;
}

const PARTS = ['far', 'relay', 'near'] as const;
type Part = (typeof PARTS)[number];

export async function relay(options: Options): Promise<Result[]> {
  const results: Result[] = [];
  for (const channels of CHANNELS) {
    // One stream is added to the streams for bulk data, because the first stream is for typing.
    const streams = channels + 1;
    const carriers = await startCarriers(['unicore', ...REFERENCES.keys()], {
      streams,
      cpuProf: options.cpuProf,
    });
    try {
      results.push(...(await withChannels(channels, carriers, options)));
    } finally {
      await carriers.stop();
    }
  }
  return results;
}

async function withChannels(channels: number, carriers: Carriers, options: Options): Promise<Result[]> {
  const { reps, seconds, progress } = options;
  const measured = new Map([...carriers.started.keys()].map((name) => [name, [] as Measured[]]));
  // The first repetition of the measurements is a warm-up for compilers, buffers and TCP windows. It is not
  // counted.
  for (let rep = 0; rep <= reps; rep++) {
    for (const [name, { near, pids }] of carriers.started) {
      const before = cpuOf(pids);
      const { bytesPerSecond, bytes } = await near.flood(channels, rep === 0 ? seconds / 2 : seconds);
      const after = cpuOf(pids);
      const perGigabyte = (part: Part) => (after[part] - before[part]) / (bytes / GB);
      const cpu = { far: perGigabyte('far'), relay: perGigabyte('relay'), near: perGigabyte('near') };
      if (rep > 0) measured.get(name)!.push({ megabytesPerSecond: bytesPerSecond / MB, cpu });
    }
    progress(`relay, ${channels} channels: ${rep} of ${reps}`);
  }
  const speeds = (name: CarrierName) => measured.get(name)!.map((one) => one.megabytesPerSecond);
  const cpu = (name: CarrierName, label: string) =>
    PARTS.map((part) => [
      `CPU s/GB, ${label} ${part}`,
      median(measured.get(name)!.map((one) => one.cpu[part])),
    ]);
  return [...REFERENCES].map(([reference, goal]) => {
    const ours = {
      name: `${channels === 1 ? '1 channel' : `${channels} channels`} against ${reference}`,
      unit: 'MB/s',
      ours: speeds('unicore'),
      goal,
    };
    const why = carriers.missing.get(reference);
    if (why !== undefined) return without(why, ours, reference);
    return paired({
      ...ours,
      reference: { name: reference, values: speeds(reference) },
      more: Object.fromEntries([...cpu('unicore', 'ours'), ...cpu(reference, reference)]),
    });
  });
}

/**
 * Returns the CPU seconds of the server process, the relay and the client process. NaN if the operating
 * system does not report CPU time.
 */
function cpuOf(pids: Carrier['pids']): Record<Part, number> {
  const of = (part: Part) => cpuSeconds(pids[part]) ?? Number.NaN;
  return { far: of('far'), relay: of('relay'), near: of('near') };
}
