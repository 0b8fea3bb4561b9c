/**
 * Enforces flow control in both directions of a channel. A sender may not exceed the credit that the receiver
 * gave, so the bytes that wait in the hub for a slow reader are bounded. Bytes that cost no credit, such as
 * frames without data and repeated data, are rate limited instead. A violation closes only its own channel.
 */
import { bytesEnd, confirmedIn, type ErrorCode, type Leg, limitIn, type Port } from '@unicore/protocol';
import type { Rate } from '../rate.ts';

/** Maximum size of the header of a DATA or DATAZ frame, in bytes. */
const DATA_OVERHEAD = 24;

type Violated = (code: ErrorCode, message: string) => void;

/** One of the two ends of a channel. */
export interface CreditSide {
  leg: Leg;
  ch: number;
  /** This end may send only bytes before this stream offset, until the other end grants more credit. */
  limit: number;
  /** This end's bytes before this stream offset have already passed the hub or reached the other end. */
  passed: number;
  /** Rate limiter for bytes that cost no credit: headers, frames without data, and repeated data. */
  overhead: Rate;
}

class Direction implements Port {
  readonly #hop: Port;
  readonly #overhead: Rate;
  readonly #violated: Violated;
  /** The limit of flow control: the sender may send only bytes before this offset of its byte stream. */
  #limit: number;
  /**
   * The sender's bytes before this offset of its byte stream have already passed the hub. If the sender sends
   * them again, they count against the rate limit.
   */
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

  /** Returns how many bytes of a frame cost no credit. */
  #free(upTo: number | undefined, size: number): number {
    if (upTo === undefined) return size;
    const fresh = Math.max(0, upTo - this.#passed);
    return Math.max(DATA_OVERHEAD, size - fresh);
  }
}

/**
 * Starts the credit checks on a channel that `join()` has just connected. `violated` must close the channel.
 */
export function holdToCredit(a: CreditSide, b: CreditSide, violated: Violated): void {
  const fromA = new Direction(a, violated);
  const fromB = new Direction(b, violated);
  fromA.opposite = fromB;
  fromB.opposite = fromA;
}
