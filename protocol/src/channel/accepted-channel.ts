/** The accepting end of a channel. It never attaches by itself: it follows the newest OPEN of its opener. */
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

/** A channel without an attachment is closed after this long. */
const ORPHAN_MS = 120_000;

type Open = FrameOf<typeof FrameType.OPEN>;
/** Why a channel is over, or was never opened. */
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

  /** The number of the channel's current or last attachment. */
  get attachNumber(): number {
    return this.#attach;
  }

  /** Attaches where the OPEN came from. Sends DETACHED to the place where the channel was attached before. */
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
      // The OPEN acknowledges bytes that were never sent.
      return this.reset(error.code, error.message);
    }
    if (!this.isClosed) this.handler.attached?.(said.meta);
  }

  isAt(port: Port | undefined): boolean {
    return port !== undefined && port === this.attachment;
  }

  /**
   * Handles a repeated or late OPEN. Sends ACCEPT again if the channel is attached there, since the first may have been
   * lost; otherwise DETACHED.
   */
  answerAgain(leg: Leg, ch: number): void {
    if (this.isAt(leg.portOf(ch))) this.#sayAccept(this.attachment!);
    else release(leg, ch);
  }

  /** Starts the timer that closes this channel if no opener attaches in time. */
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
   * Closes a channel to which no opener came back. The code is LEG_LOST even if both ends have sent FIN: the opener's
   * last ACK was probably lost with the path, but this end cannot know. An opener that attaches later has missed
   * something, and must not be told OK.
   */
  #expire(): void {
    this.close('LEG_LOST', `nobody attached for ${ORPHAN_MS / 1000} s`);
  }

  protected override gap(at: Attachment): void {
    // Only the opener can attach again, so it is told that this attachment is broken.
    at.say((ch) => ({ type: FrameType.DETACHED, ch, code: ERRORS.GAP.number }));
    this.lost(at, 'GAP');
  }

  protected override finished(): void {
    // Nothing to do: the opener tells the hops to forget this channel.
  }

  protected override over(code: ErrorCode, message: string): void {
    this.#cancelOrphan?.();
    this.#onOver({ code, message });
  }
}

/** Tells the hops of this channel number to forget it, because no channel is attached there. */
export function release(leg: Leg, ch: number): void {
  if (leg.open) leg.send({ type: FrameType.DETACHED, ch, code: ERRORS.LEG_LOST.number });
}
