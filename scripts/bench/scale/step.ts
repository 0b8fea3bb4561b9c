/**
 * One step of the scale suite. More consumers connect, all consumers type for a while, and everything is
 * measured.
 */
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
/** Interval between two keystrokes of a consumer, ms. */
const KEY_EVERY_MS = 1_000;
/** Time limit for the last echoes, ms. The echoes take this long only if something hangs. */
const LAST_MS = 15_000;

type Part = keyof System['pids'];
export type Cpu = Readonly<Record<Part, number>>;

export interface Step {
  readonly consumers: number;
  readonly providers: number;
  /** Share of the consumers (0 to 1) whose provider is connected to the other hub. */
  readonly crossing: number;
  /** Time until every new consumer had received an echo, ms. */
  readonly connectMs: number;
  /** Requests that the hubs refused while consumers connected, as text. */
  readonly refused: string;
  /** For each key: the time from when the key was due until its echo arrived, ms. Sorted in ascending order. */
  readonly tookMs: Float64Array;
  /** The p99 of the delay with which the consumers' process typed its keys, ms. */
  readonly lateMs: number;
  /** CPU seconds that each part of the system used during typing. */
  readonly cpu: Cpu;
  /** CPU seconds that all other programs on this machine used during typing. */
  readonly othersCpu: number;
  readonly seconds: number;
  /** Start and end of typing, in microseconds on the clock that CPU profiles use. */
  readonly between: readonly [number, number];
  /**
   * Memory and file descriptors of both hubs. `nobody` is one measurement before the first consumer
   * connected. `looks` are the measurements during typing.
   */
  readonly nobody: Held;
  readonly looks: readonly Held[];
  /** Number of sockets and channels that were lost during typing. */
  readonly lost: number;
  /**
   * How often a terminal was shown as reconnecting. If no connection was lost, the terminal was shown as
   * reconnecting because no answer came for 3 s.
   */
  readonly shownLate: number;
  /** Closed sockets by reason, and resumed channels, as text from the hubs' counters. '' if there were none. */
  readonly why: string;
  /** Failures as text: keys without an echo, wrong echoes, closed terminals. */
  readonly broken: readonly string[];
}

export interface StepOptions {
  readonly system: System;
  readonly consumers: number;
  readonly seconds: number;
  readonly nobody: Held;
  /** Called with a line about the progress after each measurement of the processes. */
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
/** Returns how many connections consumers and providers have lost since the start. */
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
