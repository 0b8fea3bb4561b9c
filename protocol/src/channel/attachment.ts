/**
 * An attachment is the place of a channel on one leg, with a channel number on that leg. A channel that moves
 * to another leg has two attachments until the move is complete.
 */

import type { Leg, Port } from '../leg/index.ts';
import type { ErrorCode, Frame } from '../wire/index.ts';

/** The methods by which an attachment reports events to its channel. */
export interface Attached {
  /** Called when a frame of the channel came. The layout of the frame has been checked already. */
  receive(at: Attachment, message: Uint8Array, start: number): void;
  /** Called when the leg of this attachment has closed. */
  lost(at: Attachment, code: ErrorCode): void;
}

export class Attachment implements Port {
  readonly leg: Leg;
  readonly ch: number;
  /** The sequence number of this attachment. Each new attachment of a channel has a higher number. */
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

  /** Releases the channel number. Later frames with this number do not reach the channel any more. */
  leave(): void {
    // The peer may have opened the same number again. A newer attachment then uses the number and must keep
    // it.
    if (this.leg.portOf(this.ch) === this) this.leg.unbind(this.ch);
  }

  receive(_type: number, message: Uint8Array, start: number): void {
    this.#channel.receive(this, message, start);
  }

  lost(code: ErrorCode): void {
    this.#channel.lost(this, code);
  }
}
