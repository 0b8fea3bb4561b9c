/**
 * Holds both directions of a joined channel to the credit that their readers gave. So what waits in the hub for a slow
 * reader is never more than that reader asked for, and who breaks the rule loses the channel: nobody else notices.
 */
import { bytesEnd, type ErrorCode, type Leg, limitIn, type Port } from '@unicore/protocol';

class Direction implements Port {
  readonly #hop: Port;
  readonly #violated: (end: number, limit: number) => void;
  /** The sender's bytes below this offset may pass. */
  #limit: number;
  opposite: Direction | undefined;

  constructor(hop: Port, limit: number, violated: (end: number, limit: number) => void) {
    this.#hop = hop;
    this.#limit = limit;
    this.#violated = violated;
  }

  receive(type: number, message: Uint8Array, start: number, end: number): void {
    const upTo = bytesEnd(type, message, start, end);
    if (upTo !== undefined && upTo > this.#limit) return this.#violated(upTo, this.#limit);
    const granted = limitIn(type, message, start);
    if (granted !== undefined) this.opposite!.grant(granted);
    this.#hop.receive(type, message, start, end);
  }

  lost(code: ErrorCode): void {
    this.#hop.lost(code);
  }

  grant(limit: number): void {
    if (limit > this.#limit) this.#limit = limit;
  }
}

/** Which leg and number, and how many bytes its side has been allowed to send before the first frame passes. */
export interface CreditSide {
  leg: Leg;
  ch: number;
  maySend: number;
}

/** For two numbers that join() has just bound. `violated` must end the channel. */
export function holdToCredit(a: CreditSide, b: CreditSide, violated: (message: string) => void): void {
  const say = (end: number, limit: number) =>
    violated(`bytes up to ${end} were sent, only ${limit} are allowed`);
  const [fromA, fromB] = [a, b].map(({ leg, ch, maySend }) => {
    const direction = new Direction(leg.portOf(ch)!, maySend, say);
    leg.bind(ch, direction);
    return direction;
  }) as [Direction, Direction];
  fromA.opposite = fromB;
  fromB.opposite = fromA;
}
