/** Reads a V8 CPU profile: on which functions a process spent its time. */
import { basename, dirname } from 'node:path';
import { z } from 'zod';

const CpuProfile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
    }),
  ),
  /** Start of the profile in microseconds of the machine's monotonic clock, the unit of all its times. */
  startTime: z.number(),
  /** Node id of each sample, and (timeDeltas) the time since the previous sample. */
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/** V8's name for time in which the process was idle. */
const IDLE = '(idle)';

export interface Cost {
  /** A function with its file, or V8's name for its own work. */
  readonly what: string;
  /** Share of the process's busy time, 0 to 1, without the functions that this one calls. */
  readonly share: number;
}

/** Costs by function, largest first. text: a .cpuprofile. `from` and `to` limit the period; default: the whole profile. */
export function costs(text: string, from = 0, to = Number.POSITIVE_INFINITY): Cost[] {
  const { nodes, startTime, samples, timeDeltas } = CpuProfile.parse(JSON.parse(text));
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const spent = new Map<string, number>();
  let busy = 0;
  let at = startTime;
  for (const [i, node] of samples.entries()) {
    at += timeDeltas[i]!;
    const what = names.get(node)!;
    if (at < from || at > to || what === IDLE) continue;
    // A sample stands for the time until the next one.
    const time = timeDeltas[i + 1] ?? 0;
    spent.set(what, (spent.get(what) ?? 0) + time);
    busy += time;
  }
  return [...spent].map(([what, time]) => ({ what, share: time / busy })).sort((a, b) => b.share - a.share);
}

/** Current time on the clock of CPU profiles, microseconds. */
export function profileNow(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

function nameOf({
  functionName,
  url,
  lineNumber,
}: {
  functionName: string;
  url: string;
  lineNumber: number;
}): string {
  const name = functionName === '' ? 'a function' : functionName;
  if (url === '') return name;
  return `${name} (${basename(dirname(url))}/${basename(url)}:${lineNumber + 1})`;
}
