/**
 * The end of a channel that answers OPEN. This end never opens an attachment itself: it attaches to the leg
 * on which the newest OPEN came.
 */
import type { Leg, Port } from '../leg/index.ts';
import {
  ERRORS,
  type ErrorCode,
  type Frame,
  type FrameOf,
  FrameType,
  packMeta,
  packSaid,
  UniCoreError,
  unpackSaid,
} from '../wire/index.ts';
import { Attachment } from './attachment.ts';
import { Channel } from './channel.ts';
import type { ChannelOptions } from './channel-options.ts';

/** A channel that has no attachment for this many ms is closed. */
const ORPHAN_MS = 120_000;

type Open = FrameOf<typeof FrameType.OPEN>;
/** The reason why a channel was closed, or why it was never opened. */
export type Refusal = { code: ErrorCode; message: string };

export class AcceptedChannel extends Channel {
  readonly epochHex: string;
  readonly #onOver: (refusal: Refusal) => void;
  #attach = 0;
  #answerMeta: Uint8Array = packMeta({});
  #cancelOrphan: (() => void) | undefined;

  constructor(epochHex: string, options: ChannelOptions, onOver: (r: Refusal) => void) {
    super(options);
    this.epochHex = epochHex;
    this.#onOver = onOver;
  }

  /** The number of the current attachment, or of the last one if the channel is not attached now. */
  get attachNumber(): number {
    return this.#attach;
  }

  /** Attaches the channel to the leg on which the OPEN came. Sends DETACHED on the previous attachment. */
  adopt(leg: Leg, open: Open, meta: unknown): void {
    this.say((ch) => ({ type: FrameType.DETACHED, ch, code: ERRORS.LEG_LOST.number }));
    this.#cancelOrphan?.();
    this.#cancelOrphan = undefined;
    this.#attach = open.attach;
    this.#answerMeta = packSaid(meta, this.compression.features);
    const said = unpackSaid(open.meta);
    const at = new Attachment(leg, open.ch, open.attach, this);
    this.#sayAccept(at);
    try {
      this.attached(at, open.recvNext, open.limit, said.features);
    } catch (error) {
      if (!(error instanceof UniCoreError)) throw error;
      // attached() throws if the OPEN acknowledges bytes that this end never sent. The channel is then reset.
      return this.reset(error.code, error.message);
    }
    if (!this.isClosed) this.handler.attached?.(said.meta);
  }

  isAt(port: Port | undefined): boolean {
    return port !== undefined && port === this.attachment;
  }

  /**
   * Answers a repeated or late OPEN. If the channel is attached with the channel number of this OPEN, the
   * first ACCEPT may have been lost, and ACCEPT is sent again. Otherwise DETACHED is sent.
   */
  answerAgain(leg: Leg, ch: number): void {
    if (this.isAt(leg.portOf(ch))) this.#sayAccept(this.attachment!);
    else release(leg, ch);
  }

  /** Starts the timer that closes this channel if its opener does not attach in time. */
  orphan(): void {
    this.#cancelOrphan ??= this.clock.after(ORPHAN_MS, () => this.#expire());
  }

  #sayAccept(at: Attachment): void {
    const { limit } = this.incoming.report();
    const recvNext = this.incoming.next;
    const { attach } = at;
    at.say((ch) => ({ type: FrameType.ACCEPT, ch, attach, recvNext, limit, meta: this.#answerMeta }));
  }

  protected override other(_at: Attachment, frame: Frame): void {
    throw new UniCoreError(
      'PROTOCOL_ERROR',
      `the accepting end takes no frame of type ${frame.type} in a channel`,
    );
  }

  protected override unattached(code: ErrorCode): void {
    this.handler.detached?.(code);
    this.orphan();
  }

  /**
   * Closes a channel whose opener did not attach again in time. The code is LEG_LOST even if both ends have
   * sent FIN, because the opener has not confirmed everything. With the code OK, an opener that attaches too
   * late would believe that it has received everything.
   */
  #expire(): void {
    this.close('LEG_LOST', `nobody attached for ${ORPHAN_MS / 1000} s`);
  }

  protected override gap(at: Attachment): void {
    // Only the opener can attach again, so this end tells the opener that the attachment is broken.
    at.say((ch) => ({ type: FrameType.DETACHED, ch, code: ERRORS.GAP.number }));
    this.lost(at, 'GAP');
  }

  protected override finished(): void {
    // When both directions have ended, the opener tells the hops that the channel has ended. So the accepting
    // end tells them nothing.
  }

  protected override over(code: ErrorCode, message: string): void {
    this.#cancelOrphan?.();
    this.#onOver({ code, message });
  }
}

/** Sends DETACHED for a channel number to which no channel is attached, so that the hops forget the number. */
export function release(leg: Leg, ch: number): void {
  if (leg.open) leg.send({ type: FrameType.DETACHED, ch, code: ERRORS.LEG_LOST.number });
}
