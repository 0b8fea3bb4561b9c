/**
 * One step of the scale suite, the benchmark with more and more consumers. New consumers connect, and then
 * all consumers type for a while. Meanwhile echo times, CPU and memory are measured.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile, sum } from '../../lib/stats.ts';
import type { Typed } from '../../testing/typing/typists-main.ts';
import { cpuSeconds, machineSeconds } from '../lib/cpu.ts';
import { profileNow } from '../lib/profile.ts';
import { difference, RESUMED, tallies } from './hub-counters.ts';
import { type Held, held } from './process-memory.ts';
import type { System } from './system.ts';

/** Memory and file descriptors of the hubs are measured at this interval, s. */
const LOOK_S = 10;
/** Interval between two keystrokes of a consumer, ms. */
const KEY_EVERY_MS = 1_000;
/**
 * After typing has stopped, the last echoes must arrive within this time, ms. They take this long only if
 * something hangs.
 */
const LAST_MS = 15_000;

type Part = keyof System['pids'];
export type Cpu = Readonly<Record<Part, number>>;

export interface Step {
  readonly consumers: number;
  readonly providers: number;
  /**
   * Share (0 to 1) of the consumers that are connected to one hub while their provider is connected to the
   * other hub.
   */
  readonly crossing: number;
  /**
   * Time from the moment when the new consumers began to connect until each of them had received an echo, ms.
   */
  readonly connectMs: number;
  /** Number of requests that the hubs refused while consumers connected, by reason, as text. */
  readonly refused: string;
  /** For each key: the time from when the key was due until its echo arrived, ms. Sorted in ascending order. */
  readonly tookMs: Float64Array;
  /**
   * The p99 of the delay with which the consumers' process sent its keys, ms. The cause of this delay is the
   * process itself, not a hub.
   */
  readonly lateMs: number;
  /** CPU seconds that each part of the system used during typing. */
  readonly cpu: Cpu;
  /** CPU seconds that all other programs on this machine used during typing. */
  readonly othersCpu: number;
  readonly seconds: number;
  /** The times at which typing started and ended, in microseconds on the clock that CPU profiles use. */
  readonly between: readonly [number, number];
  /**
   * Memory and file descriptors of both hubs. `nobody` was measured once, before the first consumer
   * connected. `looks` were measured at intervals during typing.
   */
  readonly nobody: Held;
  readonly looks: readonly Held[];
  /** Number of sockets that were lost during typing, plus the number of channels that resumed. */
  readonly lost: number;
  /**
   * How often a terminal was shown as reconnecting although the consumer's socket was open. If no connection
   * was lost at all, the reason is that no answer came for 3 s.
   */
  readonly shownLate: number;
  /**
   * Numbers of closed sockets (by reason), refused requests and resumed channels during typing, as text. ''
   * if there were none.
   */
  readonly why: string;
  /** Failures as text: keys without an echo, wrong echoes, closed terminals. */
  readonly broken: readonly string[];
}

export interface StepOptions {
  readonly system: System;
  readonly consumers: number;
  readonly seconds: number;
  readonly nobody: Held;
  /** Called after each measurement of the hubs' memory. `line` is a line of text about the progress. */
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
/**
 * Returns how many sockets consumers and providers have lost so far, and how often terminals were shown as
 * reconnecting.
 */
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
