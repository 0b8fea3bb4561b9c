/**
 * Part of the chaos runs: plans all faults of a run. The plan depends only on the seed, not on the behaviour
 * of the processes.
 */
import type { Random } from '@unicore/protocol/sim';

/**
 * Longest pause between the end of a fault and the next fault, ms, if the run does not wait in between until
 * all channels have resumed.
 */
const SOON_MS = 400;
/**
 * If the run waits after a fault until all channels have resumed, it then pauses before the next fault. This
 * is the longest such pause, ms.
 */
const LATER_MS = 300;

/** A kind of fault that can occur in a chaos run. */
export interface FaultKind<Environment> {
  readonly name: string;
  /** True if the fault closes connections. False if the fault only slows or stops them for a while. */
  readonly kills: boolean;
  /**
   * Number of places (processes or network lines) that this kind of fault can hit. The plan picks one of them
   * at random.
   */
  readonly hops: number;
  /**
   * Duration of the fault: from `low` to `high` ms. `share` is the probability that the fault lasts that long
   * (default 1). Otherwise the fault ends at once. Without `lasts`, the fault always ends at once.
   */
  readonly lasts?: { readonly low: number; readonly high: number; readonly share?: number };
  /** True if the fault affects only one consumer. `hop` is then the number of this consumer. */
  readonly ofConsumer?: boolean;
  /**
   * Causes the fault, and ends it after `ms` milliseconds. Resolves when the process or network line works
   * again, even if channels have not resumed yet.
   */
  act(environment: Environment, hop: number, ms: number): Promise<void> | void;
}

export interface Fault<Environment> {
  readonly kind: FaultKind<Environment>;
  readonly hop: number;
  /** How long the fault lasts, ms. */
  readonly ms: number;
}

export interface Step<Environment> {
  /** Faults that begin at the same time. All of them are of different kinds. */
  readonly faults: readonly Fault<Environment>[];
  /**
   * What the run waits for when these faults are over. 'whole': until all channels transfer bytes again.
   * 'resuming': it does not wait for channels, so the next fault may occur while they are still resuming. In
   * both cases the run then pauses for `pauseMs` milliseconds.
   */
  readonly wait: 'whole' | 'resuming';
  readonly pauseMs: number;
}

export function makePlan<Environment>(
  random: Random,
  kills: number,
  kinds: readonly FaultKind<Environment>[],
): Step<Environment>[] {
  const [killing, disturbing] = [true, false].map((kind) => kinds.filter((each) => each.kills === kind));
  const plan: Step<Environment>[] = [];
  for (let left = kills; left > 0; ) {
    const two = left > 1 && random.chance(0.15);
    const faults = distinct(random, killing!, two ? 2 : 1).map((kind) => drawn(random, kind));
    left -= faults.length;
    if (random.chance(0.25)) faults.push(drawn(random, random.pick(disturbing!)));
    const soon = random.chance(0.35);
    plan.push({
      faults,
      wait: soon ? 'resuming' : 'whole',
      pauseMs: random.int(0, soon ? SOON_MS : LATER_MS),
    });
  }
  return plan;
}

function drawn<Environment>(random: Random, kind: FaultKind<Environment>): Fault<Environment> {
  const { lasts, hops } = kind;
  const isLong = lasts !== undefined && (lasts.share === undefined || random.chance(lasts.share));
  const hop = random.int(0, hops - 1);
  return { kind, hop, ms: isLong ? random.int(lasts.low, lasts.high) : 0 };
}

function distinct<T>(random: Random, items: readonly T[], count: number): T[] {
  const left = [...items];
  return Array.from({ length: count }, () => left.splice(random.int(0, left.length - 1), 1)[0]!);
}
