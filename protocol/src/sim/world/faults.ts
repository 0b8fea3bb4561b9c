/**
 * The faults of a simulated world. The time and kind of each fault are planned. The affected process, socket
 * or channel is chosen when the fault happens.
 */
import { FrameType } from '../../wire/index.ts';
import type { Random } from '../random.ts';

export type FaultKind =
  /** Fault: a socket closes abnormally. */
  | 'cut'
  /**
   * Fault: a socket delivers nothing in one or both directions. This lasts for a while, or until the ends
   * close the socket.
   */
  | 'stall'
  /** Fault: a socket becomes slow for a while. */
  | 'slow'
  /** Faults: a process is killed and starts again later. Its memory is lost. */
  | 'kill-hub'
  | 'kill-tunnel'
  | 'kill-keeper'
  /**
   * Faults: a process opens a new socket although its old socket still exists. The old socket stays open for
   * a while.
   */
  | 'redial-tunnel'
  | 'redial-consumer'
  /** Fault: a hub asks a peer to open a new socket. Later, the hub closes the old socket. */
  | 'go-away'
  /** Fault: a hub or a tunnel loses single frames for a while. */
  | 'lose'
  /** Faults: a hub or a tunnel delays OPEN frames for a while, or sends them twice. */
  | 'delay-opens'
  | 'repeat-opens'
  /** Fault: a hub drops a channel, as a real hub does when its queues are full. */
  | 'purge';

export interface Fault {
  at: number;
  kind: FaultKind;
  /**
   * A random number. It chooses the process, socket or channel that the fault affects among those that exist
   * at that time.
   */
  pick: number;
  /** Duration of the fault, ms. */
  ms: number;
  /**
   * A random number for the details of the fault, such as the affected ends of `stall` or the lost frames of
   * `lose`.
   */
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

/**
 * Frame types that a faulty relay may drop. RESET and DETACHED are never dropped, because these frames also
 * end the relay's own state.
 */
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
    // Half of the faults follow the previous fault closely, while channels still recover from that fault.
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

/**
 * Returns a random duration of a fault, ms. Most durations are short. A few are longer than the time for
 * which the accepting end of a channel remembers the channel.
 */
function duration(random: Random): number {
  if (random.chance(0.01)) return random.int(100_000, 300_000);
  return random.scaled(1, random.chance(0.1) ? 60_000 : 3_000);
}
