/** Plans which faults come when. The plan follows from the seed alone, whatever the processes do meanwhile. */
import type { Random } from '../../testing/random.ts';

/** Longest pause before a fault that is to meet channels while they resume, ms. */
const SOON_MS = 400;
/** Longest pause before a fault that comes after all channels have resumed, ms. */
const LATER_MS = 300;

/** A kind of fault that can happen in an environment. */
export interface FaultKind<Environment> {
  readonly name: string;
  /** True if the fault ends paths; otherwise it only disturbs them. */
  readonly kills: boolean;
  /** Number of hops that the fault can meet; one is drawn at random. */
  readonly hops: number;
  /** Duration of the fault, ms; share: probability that it lasts (default 1). Otherwise the fault is undone at once. */
  readonly lasts?: { readonly low: number; readonly high: number; readonly share?: number };
  /** The fault meets the channels of one consumer only; the hop's number is the consumer's. */
  readonly ofConsumer?: boolean;
  /** Causes the fault and undoes it; settles when the hop is back. Channels may still be resuming then. */
  act(environment: Environment, hop: number, ms: number): Promise<void> | void;
}

export interface Fault<Environment> {
  readonly kind: FaultKind<Environment>;
  readonly hop: number;
  /** Time until the fault is undone. */
  readonly ms: number;
}

export interface Step<Environment> {
  /** Faults that happen at once, no two of one kind. */
  readonly faults: readonly Fault<Environment>[];
  /** Whether to wait until all channels have resumed, or to go on while they resume. */
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
      pauseMs: random.between(0, soon ? SOON_MS : LATER_MS),
    });
  }
  return plan;
}

function drawn<Environment>(random: Random, kind: FaultKind<Environment>): Fault<Environment> {
  const { lasts, hops } = kind;
  const isLong = lasts !== undefined && (lasts.share === undefined || random.chance(lasts.share));
  const hop = random.between(0, hops - 1);
  return { kind, hop, ms: isLong ? random.between(lasts.low, lasts.high) : 0 };
}

function distinct<T>(random: Random, items: readonly T[], count: number): T[] {
  const left = [...items];
  return Array.from({ length: count }, () => left.splice(random.between(0, left.length - 1), 1)[0]!);
}
