/**
 * A place where a channel is attached: its number on one leg. A channel that moves to another leg has two of them for a
 * while.
 */

import type { Leg, Port } from '../leg/index.ts';
import type { ErrorCode, Frame } from '../wire/index.ts';

/** The channel's side: what its attachments report to it. */
export interface Attached {
  /** A frame of the channel came. Its layout was checked. */
  receive(at: Attachment, message: Uint8Array, start: number): void;
  /** The leg of this attachment closed. */
  lost(at: Attachment, code: ErrorCode): void;
}

export class Attachment implements Port {
  readonly leg: Leg;
  readonly ch: number;
  /** Number of this attachment. It rises with each attachment of the channel. */
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

  /** Releases the number. Frames that still come for it do not reach the channel any more. */
  leave(): void {
    // A peer may open the same number twice; the number then belongs to another attachment.
    if (this.leg.portOf(this.ch) === this) this.leg.unbind(this.ch);
  }

  receive(_type: number, message: Uint8Array, start: number): void {
    this.#channel.receive(this, message, start);
  }

  lost(code: ErrorCode): void {
    this.#channel.lost(this, code);
  }
}
