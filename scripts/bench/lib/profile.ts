/** Reads a CPU profile of V8 and tells where the time went. */
import { basename, dirname } from 'node:path';
import { z } from 'zod';

const CpuProfile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
    }),
  ),
  /** Microseconds of the machine's monotonic clock, like all times here. */
  startTime: z.number(),
  /** The node of each sample, and the time since the previous sample. */
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/** V8's name for time in which the process was idle. */
const IDLE = '(idle)';

export interface Cost {
  /** A function with its file, or a part of V8. */
  readonly what: string;
  /** Share of the busy time. Time in called functions counts for these. */
  readonly share: number;
}

/**
 * The costs between `from` and `to`, or of the whole profile, largest first. text: the content of a .cpuprofile file.
 */
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
    // A sample counts for the time until the next sample.
    const time = timeDeltas[i + 1] ?? 0;
    spent.set(what, (spent.get(what) ?? 0) + time);
    busy += time;
  }
  return [...spent].map(([what, time]) => ({ what, share: time / busy })).sort((a, b) => b.share - a.share);
}

/** The current time, in the unit of the profiles. */
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
