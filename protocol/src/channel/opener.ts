/**
 * The end of a channel that opens the channel. Only this end attaches the channel again after a loss. The
 * SDK, the gateway and the hub's control channel use this class.
 */

import type { Leg } from '../leg/index.ts';
import { Backoff, RECOVERY_MS, RECOVERY_PAUSE_MS } from '../time/index.ts';
import {
  ChannelKind,
  EPOCH_BYTES,
  type ErrorCode,
  type Frame,
  FrameType,
  packSaid,
  UniCoreError,
  unpackSaid,
} from '../wire/index.ts';
import { Attachment } from './attachment.ts';
import { Channel } from './channel.ts';
import type { ChannelOptions } from './channel-options.ts';
import { resetFrame } from './state-frames.ts';

/** Pauses in ms between attempts to attach while the leg works but the acceptor cannot be reached. */
const REATTACH = { first: 50, most: RECOVERY_PAUSE_MS, later: { after: RECOVERY_MS, most: 2_000 } };
/**
 * An unanswered OPEN is sent again after a pause. The first pause is at least OPEN_MIN_MS. Each further pause
 * is twice as long, up to OPEN_MAX_MS.
 */
const OPEN_MIN_MS = 250;
const OPEN_MAX_MS = 15_000;
const CLEAR = (ch: number): Frame => resetFrame(ch, 'OK', '');
const NO_AUTH = new Uint8Array(0);

export interface OpenerOptions extends ChannelOptions {
  /**
   * Returns the metadata for an OPEN. Called for each OPEN, so that the metadata is current, such as a
   * terminal's size.
   */
  meta: () => unknown;
  /** Cryptographically random bytes. */
  random: (bytes: number) => Uint8Array;
  /**
   * Returns the leg to attach to now, or undefined if there is none. Call attach() when the leg has changed.
   */
  leg: () => Leg | undefined;
  /** True if the channel attaches again after it has lost its path. If false, the channel closes instead. */
  resume: boolean;
}

export class Opener extends Channel {
  readonly #options: OpenerOptions;
  readonly #epoch: Uint8Array;
  readonly #backoff: Backoff;
  #attach = 0;
  /**
   * True once the acceptor has accepted this channel. Later OPENs set `mustExist`, so that they never create
   * a new channel.
   */
  #established = false;
  /** The attachment whose OPEN has not been answered yet. */
  #opening: Attachment | undefined;
  /**
   * True while the channel moves to another path: the channel was attached when it sent its last OPEN. The
   * handler's detached() is called only if the move fails.
   */
  #moving = false;
  /** The attachment that the channel should leave soon, because a hop on its path will close. */
  #leaving: Attachment | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(options: OpenerOptions) {
    super(options);
    this.#options = options;
    this.#epoch = options.random(EPOCH_BYTES);
    this.#backoff = new Backoff({ ...REATTACH, random: () => options.random(1)[0]! / 256 });
  }

  override get attachedNow(): boolean {
    return super.attachedNow || this.#moving;
  }

  /**
   * Attaches the channel to the current leg if this leg is up. If the channel is attached to another leg, the
   * channel moves: it uses the old leg until the new attachment is accepted.
   */
  attach(): void {
    const leg = this.#options.leg();
    const at = this.#opening ?? this.attachment;
    if (this.isClosed || !leg?.up || (at?.leg === leg && at !== this.#leaving)) return;
    this.#open(leg);
  }

  override lost(at: Attachment, code: ErrorCode): void {
    if (at !== this.#opening) return super.lost(at, code);
    at.leave();
    this.#stopOpening();
    if (this.attachment) this.#attachLater();
    else this.#detached(code);
  }

  override reset(code: ErrorCode, message: string): void {
    // The acceptor may have created the channel because of an OPEN whose answer has not come yet. So RESET is
    // also sent on the leg on which this OPEN was sent.
    this.#opening?.say((ch) => resetFrame(ch, code, message));
    super.reset(code, message);
  }

  protected override other(at: Attachment, frame: Frame): void {
    if (frame.type !== FrameType.ACCEPT) throw new UniCoreError('PROTOCOL_ERROR', 'only OPEN is answered so');
    if (at !== this.#opening || frame.attach !== at.attach) return;
    const again = this.#established;
    const { meta, features } = unpackSaid(frame.meta);
    this.#stopOpening();
    this.#established = true;
    this.#backoff.reset();
    this.attached(at, frame.recvNext, frame.limit, features);
    if (this.isClosed) return;
    // The OPEN told the acceptor how much this end had consumed. This end may have consumed more since then.
    // Without another ACK, the acceptor could wait for credit.
    if (again) this.acknowledgeAgain();
    this.handler.attached?.(meta);
    // If the leg was replaced while the OPEN was unanswered, the channel moves again.
    this.attach();
  }

  protected override unattached(code: ErrorCode): void {
    // An unanswered OPEN may still attach the channel, so the application is not told of the lost path yet.
    if (!this.#opening) this.#detached(code);
  }

  protected override detachedBy(at: Attachment, code: ErrorCode): void {
    if (code !== 'GOING_AWAY') return this.lost(at, code);
    // A hop on the path will close soon, so the channel moves to another path. The old path works until then.
    this.#leaving = at;
    if (!this.#opening) this.attach();
    else if (at === this.#opening) this.#waitForAnswer(at, 0);
  }

  protected override gap(at: Attachment): void {
    // An attachment that has lost frames is never repaired: the opener attaches again. The RESET makes the
    // hops forget the old attachment, because an acceptor that has closed the channel does not tell them.
    at.say((ch) => resetFrame(ch, 'CHANNEL_UNKNOWN', ''));
    this.lost(at, 'GAP');
  }

  protected override finished(): void {
    // The hops cannot see that both ends have finished, so the opener tells them to forget the channel
    // number.
    this.#opening?.say(CLEAR);
    this.say(CLEAR);
  }

  protected override overAt(at: Attachment): void {
    // While a channel moves, it has two attachments. The peer has ended the channel on one of them. The hops
    // of the other attachment would keep the channel number if the opener did not tell them.
    for (const place of [this.#opening, this.attachment]) if (place !== at) place?.say(CLEAR);
  }

  protected override over(): void {
    this.#opening?.leave();
    this.#stopOpening();
  }

  #open(leg: Leg): void {
    const moving = this.attachedNow;
    // An earlier OPEN may still be unanswered on an older leg. The opener gives up this earlier OPEN. If the
    // acceptor has already created the channel for it, the new OPEN attaches to the same channel.
    this.#opening?.leave();
    this.#stopOpening();
    this.#moving = moving;
    const at = new Attachment(leg, leg.allocate(), ++this.#attach, this);
    this.#opening = at;
    this.#sayOpen(at, 0);
  }

  #sayOpen(at: Attachment, tries: number): void {
    const { limit } = this.incoming.report();
    at.say((ch) => ({
      type: FrameType.OPEN,
      ch,
      epoch: this.#epoch,
      attach: at.attach,
      kind: ChannelKind[this.#options.kind],
      recvNext: this.incoming.next,
      limit,
      mustExist: this.#established,
      auth: NO_AUTH,
      meta: packSaid(this.#options.meta(), this.compression.features),
    }));
    this.#waitForAnswer(at, tries);
  }

  #waitForAnswer(at: Attachment, tries: number): void {
    this.#cancelTimer?.();
    const rtt = at.leg.rtt ?? 0;
    const wait = Math.min(OPEN_MAX_MS, Math.max(OPEN_MIN_MS, 4 * rtt) * 2 ** Math.min(tries, 6));
    this.#cancelTimer = this.clock.after(wait, () => {
      // The old path gives no answer, so the channel attaches to the new leg if that leg is up.
      if (at === this.#leaving && this.#options.leg()?.up) this.attach();
      else this.#sayOpen(at, tries + 1);
    });
  }

  #detached(code: ErrorCode): void {
    this.handler.detached?.(code);
    if (this.#options.resume) this.#attachLater();
    else this.close(code, 'the path of the channel was lost');
  }

  #attachLater(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.clock.after(this.#backoff.next(), () => this.attach());
  }

  #stopOpening(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#opening = undefined;
    this.#moving = false;
  }
}
