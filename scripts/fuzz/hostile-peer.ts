/**
 * Part of the fuzz run: a hostile peer of the hub. It behaves like an honest peer, but replaces some of its
 * messages by changed messages before it sends them.
 */
import { decode, FrameType, frameType, type Peer } from '@unicore/protocol';
import type { Random } from '@unicore/protocol/sim';
import { countFrames, framesOf } from './mutation/frame-layout.ts';
import { mutate } from './mutation/mutator.ts';
import type { SeenValues } from './mutation/seen-values.ts';
import type { Plan } from './run/plan.ts';
import type { Sent, Tamper } from './session/line.ts';

/** Share of a hostile peer's messages that are changed (0 to 1). */
const MUTATED = 0.3;
/** Share of a hostile peer's HELLO and WELCOME messages that are changed (0 to 1). */
const GREETING = 0.05;
/**
 * Share of changed messages that may contain invalid frames, or frames that the peer's role must not send (0
 * to 1). The receiver ends the socket for both errors.
 */
const BROKEN = 0.005;

/** Makes an honest peer hostile: changes, delays or drops some of the messages that the peer sends. */
export class HostilePeer {
  over = false;
  cut = () => {};
  readonly #plan: Plan;
  readonly #seen: SeenValues;
  /** Messages that the hostile peer holds back now and sends later. */
  #held: Uint8Array[] = [];

  readonly #more: number;

  /**
   * A hostile peer may send several changed versions of the same message. After each version, it sends one
   * more with the probability `more` (0 to 1).
   */
  constructor(plan: Plan, seen: SeenValues, more: number) {
    this.#plan = plan;
    this.#seen = seen;
    this.#more = more;
  }

  as(sender: Peer): Tamper {
    return (message) => this.#tamper(message, sender);
  }

  #tamper(message: Uint8Array, sender: Peer): Sent[] {
    this.#seen.see(message);
    // HELLO and WELCOME are rarely changed, because without them the connection is not established.
    const greets = frameType(message, 0) <= FrameType.WELCOME;
    const sent: Sent[] = [];
    // Each round of this loop adds one changed version of the message. All of them are sent instead of the
    // original.
    for (let share = greets ? GREETING : MUTATED; !this.over; share = greets ? 0 : this.#more) {
      const decision = this.#plan.decide(share);
      if (!decision) break;
      if (!decision.carriedOut) continue;
      const { random } = decision;
      const instead = this.#instead(message, sender, random);
      this.#plan.tell(() => `${show(message)}\n  became ${instead.map(show).join(' and ') || 'nothing'}`);
      sent.push(...instead.map((one) => this.#counted(one)));
    }
    return sent.length > 0 ? sent : [{ message }];
  }

  #counted(message: Uint8Array | string): Sent {
    const arrived = () => {
      this.#plan.frames += typeof message === 'string' ? 1 : countFrames(message);
    };
    if (typeof message === 'string') return { message: Buffer.from(message), text: true, arrived };
    return { message, arrived };
  }

  #instead(message: Uint8Array, sender: Peer, random: Random): (Uint8Array | string)[] {
    const what = random.below(400);
    if (what < 1) {
      this.cut();
      return [];
    }
    if (what < 2) return ['text'];
    if (what < 30) {
      this.#held.push(message);
      return [];
    }
    const sent = mutate(message, random, this.#seen, random.chance(BROKEN) ? undefined : sender);
    if (!random.chance(0.2)) return sent;
    const late = this.#held;
    this.#held = [];
    return [...sent, ...late];
  }
}

function show(message: Uint8Array | string): string {
  if (typeof message === 'string') return `the text "${message}"`;
  try {
    return framesOf(message)
      .map((frame) => JSON.stringify(decode(frame).frame, brief))
      .join(' ');
  } catch {
    return `${message.length} bytes ${Buffer.from(message.subarray(0, 80)).toString('hex')}`;
  }
}

function brief(_name: string, value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  return `${value.length}: ${Buffer.from(value.subarray(0, 24)).toString('hex')}`;
}
