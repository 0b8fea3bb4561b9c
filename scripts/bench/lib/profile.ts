/** Reads a V8 CPU profile and computes how much time each function took. */
import { basename, dirname } from 'node:path';
import { z } from 'zod';

const CpuProfile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
    }),
  ),
  /**
   * Start time of the profile, in microseconds of the machine's monotonic clock. All times of the profile
   * have this unit.
   */
  startTime: z.number(),
  /**
   * Each sample of the call stack has one entry in both lists. `samples` contains the id of the running
   * function's node. `timeDeltas` contains the time since the previous sample.
   */
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/** V8's name for the time in which the process was idle. */
const IDLE = '(idle)';

export interface Cost {
  /** A function's name with its file, or V8's name for its own work, such as garbage collection. */
  readonly what: string;
  /**
   * The function's share of the process's busy time, from 0 to 1. The time of functions that it calls is not
   * included.
   */
  readonly share: number;
}

/**
 * Returns each function's share of the CPU time, largest first. `text` is the content of a .cpuprofile file.
 * Samples of the call stack count only if they were taken between the times `from` and `to`. Default: the
 * whole profile.
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
    // A sample of the call stack stands for the time until the next sample.
    const time = timeDeltas[i + 1] ?? 0;
    spent.set(what, (spent.get(what) ?? 0) + time);
    busy += time;
  }
  return [...spent].map(([what, time]) => ({ what, share: time / busy })).sort((a, b) => b.share - a.share);
}

/** Returns the current time on the clock that CPU profiles use, in microseconds. */
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
