/** A place where a channel is attached: its number on one leg. While a channel moves to another leg it has two. */

import type { Leg, Port } from '../leg/index.ts';
import type { ErrorCode, Frame } from '../wire/index.ts';

/** What the channel hears from the places where it is attached, or is about to be. */
export interface Attached {
  /** A frame of the channel, its layout already checked. */
  receive(at: Attachment, message: Uint8Array, start: number): void;
  /** The leg closed. */
  lost(at: Attachment, code: ErrorCode): void;
}

export class Attachment implements Port {
  readonly leg: Leg;
  readonly ch: number;
  /** Rises with each attachment of the channel. */
  readonly attach: number;
  readonly #channel: Attached;

  constructor(leg: Leg, ch: number, attach: number, channel: Attached) {
    this.leg = leg;
    this.ch = ch;
    this.attach = attach;
    this.#channel = channel;
    leg.bind(ch, this);
  }

  say(frame: (ch: number) => Frame): void {
    if (this.leg.open) this.leg.send(frame(this.ch));
  }

  /** What still comes under this number is not for the channel any more. */
  leave(): void {
    // A peer may open the same number twice: it is another attachment's then.
    if (this.leg.portOf(this.ch) === this) this.leg.unbind(this.ch);
  }

  receive(_type: number, message: Uint8Array, start: number): void {
    this.#channel.receive(this, message, start);
  }

  lost(code: ErrorCode): void {
    this.#channel.lost(this, code);
  }
}
