/** Plans all faults of a run. The plan depends on the seed only, not on what the processes do. */
import type { Random } from '@unicore/protocol/sim';

/** Longest pause before the next fault if channels should still be resuming when it happens, ms. */
const SOON_MS = 400;
/** Longest pause before the next fault if all channels have resumed before it, ms. */
const LATER_MS = 300;

/** A kind of fault in this kind of environment. */
export interface FaultKind<Environment> {
  readonly name: string;
  /** Whether the fault ends paths. Otherwise it only disturbs them. */
  readonly kills: boolean;
  /** Number of hops that the fault can hit; one of them is drawn at random. */
  readonly hops: number;
  /**
   * How long the fault lasts, ms, and the probability that it lasts at all (default 1). Without `lasts` it is undone at
   * once.
   */
  readonly lasts?: { readonly low: number; readonly high: number; readonly share?: number };
  /** The fault hits one consumer only: the one whose number is the hop's. */
  readonly ofConsumer?: boolean;
  /** Causes the fault and undoes it. Settles when the hop works again, even if channels have not resumed yet. */
  act(environment: Environment, hop: number, ms: number): Promise<void> | void;
}

export interface Fault<Environment> {
  readonly kind: FaultKind<Environment>;
  readonly hop: number;
  /** Time until the fault is undone, ms. */
  readonly ms: number;
}

export interface Step<Environment> {
  /** Faults that begin together, each of another kind. */
  readonly faults: readonly Fault<Environment>[];
  /** Whether the run then waits until all channels have resumed. */
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
