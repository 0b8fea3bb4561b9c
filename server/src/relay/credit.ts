/**
 * Holds both directions of a joined channel to the credit that their readers gave, and to a rate for all that costs no
 * credit: frames without bytes, and bytes that passed before. So what waits in the hub for a slow reader is never more than that reader asked for, and who
 * breaks a rule loses the channel: nobody else notices.
 */
import { bytesEnd, confirmedIn, type ErrorCode, type Leg, limitIn, type Port } from '@unicore/protocol';
import type { Rate } from './rate.ts';

/** What a DATA or DATAZ frame has around its bytes, at most. */
const DATA_OVERHEAD = 24;

type Violated = (code: ErrorCode, message: string) => void;

/** One end of a joined channel. */
export interface CreditSide {
  leg: Leg;
  ch: number;
  /** How far it may send before the first frame from the other side says more. */
  limit: number;
  /** How far its bytes are at the other end already. */
  passed: number;
  /** Bytes that cost no credit: of frames without data, around data, and of data said again. */
  overhead: Rate;
}

class Direction implements Port {
  readonly #hop: Port;
  readonly #overhead: Rate;
  readonly #violated: Violated;
  /** The sender's bytes below this offset may pass. */
  #limit: number;
  /** Those below this one have passed, here or before: inside one attachment nobody says them again. */
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

  /** How many bytes of a frame cost no credit. */
  #free(upTo: number | undefined, size: number): number {
    if (upTo === undefined) return size;
    const fresh = Math.max(0, upTo - this.#passed);
    return Math.max(DATA_OVERHEAD, size - fresh);
  }
}

/** For two numbers that join() has just bound. `violated` must end the channel. */
export function holdToCredit(a: CreditSide, b: CreditSide, violated: Violated): void {
  const fromA = new Direction(a, violated);
  const fromB = new Direction(b, violated);
  fromA.opposite = fromB;
  fromB.opposite = fromA;
}
