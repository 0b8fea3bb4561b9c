/** The accepting end of a channel. It never attaches by itself: it goes where the opener's newest OPEN came from. */
import type { Leg, Port } from '../leg/index.ts';
import type { Clock } from '../time/index.ts';
import {
  type ChannelKindName,
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
import type { ChannelHandler } from './channel-handler.ts';
import type { Deflater } from './deflater.ts';

/** A channel without an attachment is given up after this long. */
const ORPHAN_MS = 120_000;

type Open = FrameOf<typeof FrameType.OPEN>;
/** Why a channel is over, or was never opened. */
export type Refusal = { code: ErrorCode; message: string };

export class AcceptedChannel extends Channel {
  readonly epochHex: string;
  readonly #onOver: (refusal: Refusal) => void;
  #attach = 0;
  #metaOfNow: Uint8Array = packMeta({});
  #cancelOrphan: (() => void) | undefined;

  constructor(
    epochHex: string,
    kind: ChannelKindName,
    clock: Clock,
    handler: ChannelHandler,
    deflater: Deflater | undefined,
    onOver: (r: Refusal) => void,
  ) {
    super(kind, clock, handler, deflater);
    this.epochHex = epochHex;
    this.#onOver = onOver;
  }

  /** The attachment in force, or the last one. */
  get attachNumber(): number {
    return this.#attach;
  }

  /** Attaches where the OPEN came from; what was attached before is told that it is no longer. */
  adopt(leg: Leg, open: Open, meta: unknown): void {
    this.say((ch) => ({ type: FrameType.DETACHED, ch, code: ERRORS.LEG_LOST.number }));
    this.#cancelOrphan?.();
    this.#cancelOrphan = undefined;
    this.#attach = open.attach;
    this.#metaOfNow = packSaid(meta, this.compression.features);
    const said = unpackSaid(open.meta);
    const at = new Attachment(leg, open.ch, open.attach, this);
    this.#sayAccept(at);
    try {
      this.attached(at, open.recvNext, open.limit, said.features);
    } catch (error) {
      if (!(error instanceof UniCoreError)) throw error;
      // It confirms bytes that were never sent.
      return this.reset(error.code, error.message);
    }
    if (!this.isClosed) this.handler.attached?.(said.meta);
  }

  isAt(port: Port | undefined): boolean {
    return port !== undefined && port === this.attachment;
  }

  /** An OPEN came again whose answer was lost, perhaps; or late, and nothing is there where it came from. */
  answerAgain(leg: Leg, ch: number): void {
    if (this.isAt(leg.portOf(ch))) this.#sayAccept(this.attachment!);
    else release(leg, ch);
  }

  /** Nobody is attached; somebody has to be in time. */
  orphan(): void {
    this.#cancelOrphan ??= this.clock.after(ORPHAN_MS, () => this.#expire());
  }

  #sayAccept(at: Attachment): void {
    const { limit } = this.incoming.report();
    const recvNext = this.incoming.next;
    const { attach } = at;
    at.say((ch) => ({ type: FrameType.ACCEPT, ch, attach, recvNext, limit, meta: this.#metaOfNow }));
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
   * Also where both ends have said their end, and most likely only the opener's last ACK was lost with the path: nobody
   * here can know. An opener that comes after all has missed something, or it would be over and would not come.
   */
  #expire(): void {
    this.close('LEG_LOST', `nobody attached for ${ORPHAN_MS / 1000} s`);
  }

  protected override gap(at: Attachment): void {
    // Only the opener attaches; it is told that this attachment is broken.
    at.say((ch) => ({ type: FrameType.DETACHED, ch, code: ERRORS.GAP.number }));
    this.lost(at, 'GAP');
  }

  protected override finished(): void {
    // The opener clears the hops.
  }

  protected override over(code: ErrorCode, message: string): void {
    this.#cancelOrphan?.();
    this.#onOver({ code, message });
  }
}

/** Nobody is at this number (any more): the hops on the way to it may forget it. */
export function release(leg: Leg, ch: number): void {
  if (leg.open) leg.send({ type: FrameType.DETACHED, ch, code: ERRORS.LEG_LOST.number });
}
