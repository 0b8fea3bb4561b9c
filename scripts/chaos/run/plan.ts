/** Which faults come when: all of it follows from the seed, whatever the processes do meanwhile. */
import type { Random } from '../../testing/random.ts';

/** The next fault comes so soon after the last one is undone, so that it meets channels that resume, ms. */
const SOON_MS = 400;
/** Or so long after all channels have come back, ms. */
const LATER_MS = 300;

/** A kind of fault on an environment of this kind. */
export interface FaultKind<Environment> {
  readonly name: string;
  /** It ends paths; otherwise it only disturbs them. */
  readonly kills: boolean;
  /** Which of so many hops it meets is drawn. */
  readonly hops: number;
  /** How long it lasts, ms, and how often it lasts at all; always without a share. Without this it is undone at once. */
  readonly lasts?: { readonly low: number; readonly high: number; readonly share?: number };
  /** It meets the channels of one consumer only, whose number is the hop's. */
  readonly ofConsumer?: boolean;
  /** Does it and undoes it: settles when the hop is back, whatever the channels do then. */
  act(environment: Environment, hop: number, ms: number): Promise<void> | void;
}

export interface Fault<Environment> {
  readonly kind: FaultKind<Environment>;
  readonly hop: number;
  /** How long until it is undone. */
  readonly ms: number;
}

export interface Step<Environment> {
  /** At once; no two of one kind. */
  readonly faults: readonly Fault<Environment>[];
  /** Then all channels come back, or the next step finds them resuming. */
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
