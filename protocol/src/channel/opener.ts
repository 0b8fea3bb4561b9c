/** The end of a channel that opens it, and that alone attaches it again: SDK, gateway, the hub's control channel. */

import type { Leg } from '../leg/index.ts';
import { Backoff, type Clock, RECOVERY_MS, RECOVERY_PAUSE_MS } from '../time/index.ts';
import {
  ChannelKind,
  type ChannelKindName,
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
import type { ChannelHandler } from './channel-handler.ts';
import type { Deflater } from './deflater.ts';
import { resetFrame } from './state-frames.ts';
import type { Windows } from './window.ts';

/** Pauses between attachments while the leg is up but the far side is not there. */
const REATTACH = { first: 50, most: RECOVERY_PAUSE_MS, later: { after: RECOVERY_MS, most: 2_000 } };
/** An OPEN that is not answered is said again, ever more seldom. */
const OPEN_MIN_MS = 250;
const OPEN_MAX_MS = 15_000;
const CLEAR = (ch: number): Frame => resetFrame(ch, 'OK', '');
const NO_AUTH = new Uint8Array(0);

export interface OpenerOptions {
  clock: Clock;
  kind: ChannelKindName;
  /** Asked at each attachment, so that it says what is true then (a window's size). */
  meta: () => unknown;
  /** Cryptographically random bytes. */
  random: (bytes: number) => Uint8Array;
  /** The leg to be attached to now; undefined while there is none. Call attach() when it is another. */
  leg: () => Leg | undefined;
  /** false: the channel closes with the first path it loses. */
  resume: boolean;
  /** Lets both ends send DATAZ, if the other has one as well. */
  deflater?: Deflater;
  /** What the windows of this end's channels are taken from. */
  windows?: Windows;
  handler: ChannelHandler;
}

export class Opener extends Channel {
  readonly #options: OpenerOptions;
  readonly #epoch: Uint8Array;
  readonly #backoff: Backoff;
  #attach = 0;
  /** The acceptor has known this epoch; from now on it must. */
  #established = false;
  /** Where an OPEN waits for its answer. */
  #opening: Attachment | undefined;
  /** It was attached when that OPEN was said: what is told to the handler only if it comes to nothing. */
  #moving = false;
  /** Where it is attached, if that is to be left soon. */
  #leaving: Attachment | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(options: OpenerOptions) {
    super(options.kind, options.clock, options.handler, options.deflater, options.windows);
    this.#options = options;
    this.#epoch = options.random(EPOCH_BYTES);
    this.#backoff = new Backoff({ ...REATTACH, random: () => options.random(1)[0]! / 256 });
  }

  override get attachedNow(): boolean {
    return super.attachedNow || this.#moving;
  }

  /**
   * Attaches to the leg of now, if it is up. A channel that is attached to another one moves: it goes on there until the
   * new attachment is accepted.
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
    // What an OPEN on its way makes at the other end must not be left there.
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
    // What was consumed since that OPEN was said was reported to nobody, or on a number that the acceptor had left.
    if (again) this.acknowledgeAgain();
    this.handler.attached?.(meta);
    // It may be one that is to be left already.
    this.attach();
  }

  protected override unattached(code: ErrorCode): void {
    // An attempt is under way already.
    if (!this.#opening) this.#detached(code);
  }

  protected override detachedBy(at: Attachment, code: ErrorCode): void {
    if (code !== 'GOING_AWAY') return this.lost(at, code);
    // The path changes behind a leg that stays, perhaps, and this one works until then.
    this.#leaving = at;
    if (!this.#opening) this.attach();
    else if (at === this.#opening) this.#waitForAnswer(at, 0);
  }

  protected override gap(at: Attachment): void {
    // Nothing is repaired inside an attachment. An acceptor that is over will not clear the hops of this one.
    at.say((ch) => resetFrame(ch, 'CHANNEL_UNKNOWN', ''));
    this.lost(at, 'GAP');
  }

  protected override finished(): void {
    // The hops cannot see that both ends are done: tell them to forget the number.
    this.#opening?.say(CLEAR);
    this.say(CLEAR);
  }

  protected override overAt(at: Attachment): void {
    // While it moves it has two places, and nobody else clears the hops of the other one.
    for (const place of [this.#opening, this.attachment]) if (place !== at) place?.say(CLEAR);
  }

  protected override over(): void {
    this.#opening?.leave();
    this.#stopOpening();
  }

  #open(leg: Leg): void {
    const moving = this.attachedNow;
    // On a leg that is not the one of now any more: whatever that OPEN made, this one takes over.
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
      // A path that is to be left and does not answer is dead: the new one may be there already.
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
