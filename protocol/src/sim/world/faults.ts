/** The faults of a simulated world. Their times and kinds are planned; their victims are chosen when they happen. */
import { FrameType } from '../../wire/index.ts';
import type { Random } from '../random.ts';

export type FaultKind =
  /** A socket closes abnormally. */
  | 'cut'
  /** A socket delivers nothing, in one or both directions, for a while or until its ends close it. */
  | 'stall'
  /** A socket becomes slow for a while. */
  | 'slow'
  /** A process dies and starts again later without its memory. */
  | 'kill-hub'
  | 'kill-tunnel'
  | 'kill-keeper'
  /** A process dials again although its socket lives; the old socket stays for a while. */
  | 'redial-tunnel'
  | 'redial-consumer'
  /** A hub asks a peer to dial a new socket, and closes the old one later. */
  | 'go-away'
  /** A hop loses single frames for a while. */
  | 'lose'
  /** A hop delays OPEN frames for a while, or sends them twice. */
  | 'delay-opens'
  | 'repeat-opens'
  /** A hub drops a channel because its queues are full. */
  | 'purge';

export interface Fault {
  at: number;
  kind: FaultKind;
  /** A random number that chooses the victim among the candidates at that time. */
  pick: number;
  /** Duration of the fault, ms. */
  ms: number;
  /** For `stall`: which ends are affected. For `lose`: which frames are lost. */
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

/** Frame types that a lossy relay may drop. RESET and DETACHED are never dropped, since they also end the hop. */
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
    // Half of the faults follow each other closely, while channels still recover from the one before.
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

/** A random duration of a fault, ms. Mostly short; seldom longer than an acceptor keeps an epoch. */
function duration(random: Random): number {
  if (random.chance(0.01)) return random.int(100_000, 300_000);
  return random.scaled(1, random.chance(0.1) ? 60_000 : 3_000);
}
