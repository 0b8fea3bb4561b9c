/** What may go wrong. Everything here is planned; what it hits is found when it happens. */
import { FrameType } from '../../wire/index.ts';
import type { Random } from '../random.ts';

export type FaultKind =
  /** A socket closes abnormally. */
  | 'cut'
  /** A socket stands still, in one direction or both, for a while or until its ends give it up. */
  | 'stall'
  /** A socket becomes slow for a while. */
  | 'slow'
  /** A process dies and starts again later, knowing nothing. */
  | 'kill-hub'
  | 'kill-tunnel'
  | 'kill-keeper'
  /** Dials again although its socket lives; the old one lingers. */
  | 'redial-tunnel'
  | 'redial-consumer'
  /** A hub asks who dialled it to dial anew, and closes the socket later. */
  | 'go-away'
  /** A hop loses single frames for a while. */
  | 'lose'
  /** A hop holds OPENs back for a while, or says them twice. */
  | 'delay-opens'
  | 'repeat-opens'
  /** A hub gives a channel up, because its queues are full. */
  | 'purge';

export interface Fault {
  at: number;
  kind: FaultKind;
  /** Chooses the victim among those there are then. */
  pick: number;
  /** How long it lasts. */
  ms: number;
  /** For `stall`: which end's words are lost. For `lose`: which frames. */
  part: number;
}

const OFTEN: readonly FaultKind[] = ['cut', 'cut', 'cut', 'stall', 'kill-hub', 'kill-hub', 'kill-tunnel'];
const SELDOM: readonly FaultKind[] = [
  'slow',
  'redial-tunnel',
  'redial-consumer',
  'go-away',
  'lose',
  'lose',
  'delay-opens',
  'repeat-opens',
  'purge',
  'purge',
];

/** Frames that a lossy relay may eat. RESET and DETACHED also end the hop that they pass: those are said to whoever is left. */
const { OPEN, ACCEPT, DATA, DATAZ, ACK, FIN, SYNC } = FrameType;
export const LOSSES: readonly (readonly number[])[] = [
  [ACK],
  [SYNC],
  [DATA, DATAZ],
  [FIN],
  [OPEN],
  [ACCEPT],
  [ACK, SYNC],
  [OPEN, ACCEPT, DATA, DATAZ, ACK, FIN, SYNC],
];

export function planFaults(random: Random, span: number): Fault[] {
  const faults: Fault[] = [];
  const count = random.chance(0.1) ? 0 : random.scaled(1, 40);
  let at = 0;
  for (let i = 0; i < count; i++) {
    // Many follow at once, while the channels are on their way back from the one before.
    at += random.chance(0.5) ? random.scaled(0.1, 300) : random.scaled(1, (2 * span) / count);
    faults.push({
      at,
      kind: kindOf(random),
      pick: random.int(0, 1_000_000),
      ms: duration(random),
      part: random.int(0, 1_000_000),
    });
  }
  return faults;
}

function kindOf(random: Random): FaultKind {
  if (random.chance(0.02)) return 'kill-keeper';
  return random.pick(random.chance(0.6) ? OFTEN : SELDOM);
}

/** Mostly short; seldom longer than an epoch is kept. */
function duration(random: Random): number {
  if (random.chance(0.01)) return random.int(100_000, 300_000);
  return random.scaled(1, random.chance(0.1) ? 60_000 : 3_000);
}
