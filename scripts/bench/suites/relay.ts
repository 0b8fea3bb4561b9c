/** How much a hub carries from one provider's end to a consumer's, beside other ways to carry it. */
import { type CarrierName, type Carriers, startCarriers } from '../carriers/index.ts';
import { cpuSeconds } from '../lib/cpu.ts';
import type { Options } from '../lib/options.ts';
import { atLeast, type Goal, paired, type Result, without } from '../lib/result.ts';
import { median } from '../lib/stats.ts';

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
  /** CPU seconds for each gigabyte, of all processes together. */
  cpu: number;
}

export async function relay(options: Options): Promise<Result[]> {
  const carriers = await startCarriers(['unicore', ...REFERENCES.keys()], {
    // One more: the first stream is for typing.
    streams: Math.max(...CHANNELS) + 1,
    cpuProf: options.cpuProf,
  });
  try {
    const results: Result[] = [];
    for (const channels of CHANNELS) results.push(...(await withChannels(channels, carriers, options)));
    return results;
  } finally {
    await carriers.stop();
  }
}

async function withChannels(channels: number, carriers: Carriers, options: Options): Promise<Result[]> {
  const { reps, seconds, progress } = options;
  const measured = new Map<CarrierName, Measured[]>();
  // The first round warms up: compilers, buffers, TCP windows.
  for (let rep = 0; rep <= reps; rep++) {
    for (const [name, { near, pids }] of carriers.started) {
      const before = cpuSeconds(pids) ?? Number.NaN;
      const { bytesPerSecond, bytes } = await near.flood(channels, rep === 0 ? seconds / 2 : seconds);
      const cpu = ((cpuSeconds(pids) ?? Number.NaN) - before) / (bytes / GB);
      if (rep > 0)
        measured.set(name, [...(measured.get(name) ?? []), { megabytesPerSecond: bytesPerSecond / MB, cpu }]);
    }
    progress(`relay, ${channels} channels: ${rep} of ${reps}`);
  }
  const speeds = (name: CarrierName) => measured.get(name)!.map((one) => one.megabytesPerSecond);
  const cpu = (name: CarrierName) => median(measured.get(name)!.map((one) => one.cpu));
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
      more: { 'CPU s/GB': cpu('unicore'), 'reference CPU s/GB': cpu(reference) },
    });
  });
}
