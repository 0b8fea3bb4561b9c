/** What a process spent its time on, from the CPU profile that V8 wrote of it. */
import { basename, dirname } from 'node:path';
import { z } from 'zod';

const CpuProfile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
    }),
  ),
  /** Microseconds of the machine's monotonic clock, as in all that follows. */
  startTime: z.number(),
  /** The node in which each sample was taken, and the time since the one before it. */
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/** Not the process' own doing. */
const IDLE = '(idle)';

export interface Cost {
  /** A function and its file, or what V8 itself did. */
  readonly what: string;
  /** Of the time in which the process was busy, itself alone: what it calls counts there. */
  readonly share: number;
}

/** When `from` and `to` are not given, of the whole life. text: a .cpuprofile. Largest first. */
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

/** Of this process' clock now, in the profiles' unit. */
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
