/**
 * The opening end of a channel, and the only one that attaches it again. The SDK, the gateway and the hub's control
 * channel use it.
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

/** Pauses between attempts to attach while the leg is up but the far side is not reachable, ms. */
const REATTACH = { first: 50, most: RECOVERY_PAUSE_MS, later: { after: RECOVERY_MS, most: 2_000 } };
/** An unanswered OPEN is repeated after growing pauses within these limits, ms. */
const OPEN_MIN_MS = 250;
const OPEN_MAX_MS = 15_000;
const CLEAR = (ch: number): Frame => resetFrame(ch, 'OK', '');
const NO_AUTH = new Uint8Array(0);

export interface OpenerOptions extends ChannelOptions {
  /** The metadata for OPEN. Called at each attachment, so that it is current (a window's size). */
  meta: () => unknown;
  /** Cryptographically random bytes. */
  random: (bytes: number) => Uint8Array;
  /** The leg to attach to now; undefined while there is none. Call attach() when it has changed. */
  leg: () => Leg | undefined;
  /** Whether the channel attaches again after it lost its path. Otherwise it closes. */
  resume: boolean;
}

export class Opener extends Channel {
  readonly #options: OpenerOptions;
  readonly #epoch: Uint8Array;
  readonly #backoff: Backoff;
  #attach = 0;
  /** True once the acceptor has accepted this epoch. From then on each OPEN says mustExist. */
  #established = false;
  /** The attachment whose OPEN waits for an answer. */
  #opening: Attachment | undefined;
  /**
   * True while the channel moves: it was attached when its last OPEN was sent. The handler hears of a move only if it
   * fails.
   */
  #moving = false;
  /** The attachment that this channel should leave soon, because the path behind it will change. */
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
   * Attaches to the current leg if that leg is up. A channel that is attached to another leg moves: it stays usable
   * there until the new attachment is accepted.
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
    // An OPEN is on its way, and the channel that it may create must be closed too.
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
    // The acceptor may not know what was consumed since the OPEN was sent.
    if (again) this.acknowledgeAgain();
    this.handler.attached?.(meta);
    // The leg may have been replaced meanwhile; then the channel moves again.
    this.attach();
  }

  protected override unattached(code: ErrorCode): void {
    // Another attempt to attach is already under way.
    if (!this.#opening) this.#detached(code);
  }

  protected override detachedBy(at: Attachment, code: ErrorCode): void {
    if (code !== 'GOING_AWAY') return this.lost(at, code);
    // The path behind this leg will change, though the leg itself stays. The old path works until the channel has
    // moved.
    this.#leaving = at;
    if (!this.#opening) this.attach();
    else if (at === this.#opening) this.#waitForAnswer(at, 0);
  }

  protected override gap(at: Attachment): void {
    // An attachment is never repaired; the opener attaches again. The RESET clears the hops, which a closed acceptor
    // would not do.
    at.say((ch) => resetFrame(ch, 'CHANNEL_UNKNOWN', ''));
    this.lost(at, 'GAP');
  }

  protected override finished(): void {
    // The hops cannot see that both ends are done, so they are told to forget the number.
    this.#opening?.say(CLEAR);
    this.say(CLEAR);
  }

  protected override overAt(at: Attachment): void {
    // A moving channel has two attachments. The peer has ended it on one; only this end clears the hops of the other
    // one.
    for (const place of [this.#opening, this.attachment]) if (place !== at) place?.say(CLEAR);
  }

  protected override over(): void {
    this.#opening?.leave();
    this.#stopOpening();
  }

  #open(leg: Leg): void {
    const moving = this.attachedNow;
    // An earlier OPEN went to an older leg. The new OPEN takes over whatever it created.
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
      // The old path does not answer any more, so attach to the new leg if it is up.
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
