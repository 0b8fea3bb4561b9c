/**
 * Enforces credit on both directions of a joined channel, and a rate limit on all bytes that cost no credit: frames
 * without data, and repeated data. So the bytes that wait in the hub for a slow reader never exceed the credit that it
 * gave. A violation closes only its own channel.
 */
import { bytesEnd, confirmedIn, type ErrorCode, type Leg, limitIn, type Port } from '@unicore/protocol';
import type { Rate } from '../rate.ts';

/** Largest header of a DATA or DATAZ frame, bytes. */
const DATA_OVERHEAD = 24;

type Violated = (code: ErrorCode, message: string) => void;

/** One end of a joined channel. */
export interface CreditSide {
  leg: Leg;
  ch: number;
  /** Position up to which this end may send, until the other end grants more. */
  limit: number;
  /** Position up to which the other end already has this end's bytes. */
  passed: number;
  /** Rate limit for bytes without credit: headers, frames without data, and repeated data. */
  overhead: Rate;
}

class Direction implements Port {
  readonly #hop: Port;
  readonly #overhead: Rate;
  readonly #violated: Violated;
  /** Credit: the sender's bytes below this offset may pass. */
  #limit: number;
  /** The sender's bytes below this offset have already passed. Within one attachment they need not be repeated. */
  #passed: number;
  opposite: Direction | undefined;

  constructor({ leg, ch, limit, passed, overhead }: CreditSide, violated: Violated) {
    this.#hop = leg.portOf(ch)!;
    this.#limit = limit;
    this.#passed = passed;
    this.#overhead = overhead;
    this.#violated = violated;
    leg.bind(ch, this);
  }

  receive(type: number, message: Uint8Array, start: number, end: number): void {
    const upTo = bytesEnd(type, message, start, end);
    if (upTo !== undefined && upTo > this.#limit) {
      const text = `Bytes up to ${upTo} were sent, only ${this.#limit} are allowed.`;
      return this.#violated('FLOW_VIOLATION', text);
    }
    if (!this.#overhead.take(this.#free(upTo, end - start))) {
      return this.#violated('RATE_LIMITED', 'Too many frames with little or nothing new in them.');
    }
    if (upTo !== undefined) this.confirm(upTo);
    const granted = limitIn(type, message, start);
    if (granted !== undefined) this.opposite!.grant(granted);
    const confirmed = confirmedIn(type, message, start);
    if (confirmed !== undefined) this.opposite!.confirm(confirmed);
    this.#hop.receive(type, message, start, end);
  }

  lost(code: ErrorCode): void {
    this.#hop.lost(code);
  }

  vacate(): void {
    this.#hop.vacate?.();
  }

  grant(limit: number): void {
    if (limit > this.#limit) this.#limit = limit;
  }

  confirm(offset: number): void {
    if (offset > this.#passed) this.#passed = offset;
  }

  /** Number of a frame's bytes that cost no credit. */
  #free(upTo: number | undefined, size: number): number {
    if (upTo === undefined) return size;
    const fresh = Math.max(0, upTo - this.#passed);
    return Math.max(DATA_OVERHEAD, size - fresh);
  }
}

/** Starts the checks for two channel numbers that join() has just bound. `violated` must close the channel. */
export function holdToCredit(a: CreditSide, b: CreditSide, violated: Violated): void {
  const fromA = new Direction(a, violated);
  const fromB = new Direction(b, violated);
  fromA.opposite = fromB;
  fromB.opposite = fromA;
}
