/** Which faults come when: all of it follows from the seed, whatever the processes do meanwhile. */
import type { Random } from '../random.ts';

/** A hop that is killed stays away at most this long, ms. */
const AWAY_MS = 3_000;
/** A hop that is frozen or stalled is so at most this long, ms. */
const HELD_MS = 2_000;
/** The next fault comes so soon after the last one is undone, so that it meets channels that resume, ms. */
const SOON_MS = 400;
/** Or so long after all channels have come back, ms. */
const LATER_MS = 300;

/** Each of them ends every channel's path through that hop. */
export const KILLS = [
  'hub killed',
  'tunnel killed',
  'provider line cut',
  'consumer line cut',
  'provider line half cut',
  'consumer line half cut',
] as const;
/** These end nothing by themselves. */
export const DISTURBANCES = [
  'hub frozen',
  'tunnel frozen',
  'provider line stalled',
  'consumer line stalled',
  'provider line slow',
  'consumer line slow',
] as const;
/** A tunnel process that is gone is started again at once, as npm start and service managers do. */
const MAY_STAY_AWAY: readonly Kill[] = ['hub killed', 'provider line cut', 'consumer line cut'];
export type Kill = (typeof KILLS)[number];
export type FaultName = Kill | (typeof DISTURBANCES)[number];

export interface Fault {
  readonly name: FaultName;
  /** Whose line, if it is a consumer's. */
  readonly consumer: number;
  /** How long until it is undone. */
  readonly ms: number;
}

export interface Step {
  /** At once; each on a hop of its own. */
  readonly faults: readonly Fault[];
  /** Then all channels come back, or the next step finds them resuming. */
  readonly wait: 'whole' | 'resuming';
  readonly pauseMs: number;
}

export function makePlan(random: Random, kills: number, consumers: number): Step[] {
  const plan: Step[] = [];
  for (let left = kills; left > 0; ) {
    const two = left > 1 && random.chance(0.15);
    const names = distinct(random, KILLS, two ? 2 : 1);
    const faults = names.map((name) => killed(random, name, consumers));
    if (random.chance(0.25)) faults.push(disturbed(random, consumers));
    const soon = random.chance(0.35);
    plan.push({
      faults,
      wait: soon ? 'resuming' : 'whole',
      pauseMs: random.between(0, soon ? SOON_MS : LATER_MS),
    });
    left -= names.length;
  }
  return plan;
}

export function isKill({ name }: Fault): boolean {
  return (KILLS as readonly string[]).includes(name);
}

function killed(random: Random, name: Kill, consumers: number): Fault {
  // Mostly back at once.
  const away = MAY_STAY_AWAY.includes(name) && random.chance(0.3);
  return { name, consumer: random.between(0, consumers - 1), ms: away ? random.between(1, AWAY_MS) : 0 };
}

function disturbed(random: Random, consumers: number): Fault {
  const name = random.pick(DISTURBANCES);
  return { name, consumer: random.between(0, consumers - 1), ms: random.between(50, HELD_MS) };
}

function distinct<T>(random: Random, items: readonly T[], count: number): T[] {
  const left = [...items];
  return Array.from({ length: count }, () => left.splice(random.between(0, left.length - 1), 1)[0]!);
}
