/** One step of the scale suite: more consumers connect, all of them type for a while, and everything is measured. */
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile, sum } from '../../lib/stats.ts';
import type { Typed } from '../../testing/typing/typists-main.ts';
import { cpuSeconds, machineSeconds } from '../lib/cpu.ts';
import { profileNow } from '../lib/profile.ts';
import { difference, RESUMED, tallies } from './hub-counters.ts';
import { type Held, held } from './process-memory.ts';
import type { System } from './system.ts';

/** Interval between two measurements of all processes, s. */
const LOOK_S = 10;
/** Interval between two keys of a consumer, ms. */
const KEY_EVERY_MS = 1_000;
/** Time limit for the last echoes, ms. Only a hang reaches it. */
const LAST_MS = 15_000;

type Part = keyof System['pids'];
export type Cpu = Readonly<Record<Part, number>>;

export interface Step {
  readonly consumers: number;
  readonly providers: number;
  /** Share of the consumers whose provider is at the other hub. */
  readonly crossing: number;
  /** Time until the last new consumer had seen an echo, ms. */
  readonly connectMs: number;
  /** What hubs refused while consumers connected, in words. */
  readonly refused: string;
  /** Time from when each key was due until its echo, ms, ascending. */
  readonly tookMs: Float64Array;
  /** How late the consumers' process typed its keys, p99, ms. */
  readonly lateMs: number;
  /** CPU seconds of each part of the system during typing. */
  readonly cpu: Cpu;
  /** CPU seconds of everything else on this machine during typing. */
  readonly othersCpu: number;
  readonly seconds: number;
  /** Start and end of typing on the clock of CPU profiles. */
  readonly between: readonly [number, number];
  /** Memory and descriptors of both hubs: before the first connection (nobody), and during typing (looks). */
  readonly nobody: Held;
  readonly looks: readonly Held[];
  /** Sockets and channels that were lost during typing. */
  readonly lost: number;
  /** How often a terminal was shown as reconnecting; if nothing was lost, it merely had no answer for 3 s. */
  readonly shownLate: number;
  /** Socket closes by reason and resumed channels, as hubs counted them; '' if there were none. */
  readonly why: string;
  /** Failures, in words: keys without an echo, wrong echoes, closed terminals. */
  readonly broken: readonly string[];
}

export interface StepOptions {
  readonly system: System;
  readonly consumers: number;
  readonly seconds: number;
  readonly nobody: Held;
  /** Called with a line of progress after each measurement of the processes. */
  progress(line: string): void;
}

export async function step({ system, consumers, seconds, nobody, progress }: StepOptions): Promise<Step> {
  const { pids, hubs } = system;
  const unrefused = await tallies(hubs);
  await system.connectProviders(consumers);
  const came = performance.now();
  await system.connectConsumers(consumers);
  const connectMs = performance.now() - came;

  const people = system.consumers.call;
  const before = { counted: await tallies(hubs), lost: await lostBy(system), cpu: cpuOf(pids) };
  const begun = performance.now();
  const from = profileNow();
  const machineBefore = machineSeconds();
  await people.start(KEY_EVERY_MS);
  const looks: Held[] = [];
  const took: (readonly number[])[] = [];
  const broken: string[] = [];
  let lateMs = 0;
  for (let left = seconds; left > 0; left -= LOOK_S) {
    await sleep(Math.min(left, LOOK_S) * 1000);
    const typed = await people.typed();
    took.push(typed.tookMs);
    broken.push(...typed.broken);
    lateMs = Math.max(lateMs, typed.lateMs || 0);
    looks.push(held(pids.hubs));
    progress(lineOf(consumers, performance.now() - begun, looks.at(-1)!, typed));
  }
  const cpu = less(cpuOf(pids), before.cpu);
  const machine = (machineSeconds() ?? Number.NaN) - (machineBefore ?? Number.NaN);
  const typedMs = performance.now() - begun;
  const to = profileNow();
  const unechoed = await people.stop(LAST_MS);
  const last = await people.typed();
  took.push(last.tookMs);
  broken.push(...last.broken);
  const after = { counted: await tallies(hubs), lost: await lostBy(system) };
  const resumed = (after.counted[RESUMED] ?? 0) - (before.counted[RESUMED] ?? 0);
  return {
    consumers,
    providers: system.providers,
    crossing: system.crossing,
    connectMs,
    refused: difference(unrefused, before.counted),
    tookMs: joined(took).sort(),
    lateMs,
    cpu,
    othersCpu: Math.max(0, machine - sum(Object.values(cpu))),
    seconds: typedMs / 1000,
    between: [from, to],
    nobody,
    looks,
    lost: after.lost.sockets - before.lost.sockets + resumed,
    shownLate: after.lost.shown - before.lost.shown,
    why: difference(before.counted, after.counted),
    broken: [...broken, ...(unechoed > 0 ? [`${unechoed} keys were never echoed`] : [])],
  };
}
/** Losses of consumers and providers together, since the start. */
async function lostBy({ agents, consumers }: System): Promise<{ sockets: number; shown: number }> {
  const { sockets, shown } = await consumers.call.losses();
  return { sockets: sockets + (await agents.call.losses()), shown };
}

function cpuOf(pids: System['pids']): Cpu {
  const of = (part: Part) => cpuSeconds(pids[part]) ?? Number.NaN;
  return { hubs: of('hubs'), redis: of('redis'), agents: of('agents'), consumers: of('consumers') };
}

function less(after: Cpu, before: Cpu): Cpu {
  const of = (part: Part) => after[part] - before[part];
  return { hubs: of('hubs'), redis: of('redis'), agents: of('agents'), consumers: of('consumers') };
}

function joined(parts: readonly (readonly number[])[]): Float64Array {
  const all = new Float64Array(sum(parts.map(({ length }) => length)));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function lineOf(
  consumers: number,
  ms: number,
  { rss, fds }: Held,
  { tookMs }: Pick<Typed, 'tookMs'>,
): string {
  const p99 = percentile(tookMs, 0.99).toFixed(1);
  const size = (rss / 2 ** 20).toFixed(0);
  return `scale: ${consumers} consumers, ${(ms / 1000).toFixed(0)} s: p99 ${p99} ms, hubs ${size} MiB, ${fds} descriptors`;
}
