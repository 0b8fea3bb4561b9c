/** The end of a channel that opens it, and that alone attaches it again: SDK, gateway, the hub's control channel. */
import { Backoff } from './backoff.ts';
import { Channel, type ChannelHandler } from './channel.ts';
import type { Clock } from './clock.ts';
import { ERRORS, type ErrorCode, UniCoreError } from './errors.ts';
import { ChannelKind, type ChannelKindName, EPOCH_BYTES, type Frame, FrameType } from './frame.ts';
import type { Leg } from './leg.ts';
import { packMeta, unpackMeta } from './meta.ts';

/** Pauses between attachments while the leg is up but the far side is not there. */
const REATTACH_FIRST_MS = 50;
const REATTACH_MOST_MS = 2_000;
/** An OPEN that is not answered is said again, ever more seldom. */
const OPEN_MIN_MS = 250;
const OPEN_MAX_MS = 15_000;
const NO_AUTH = new Uint8Array(0);

export interface OpenerOptions {
  clock: Clock;
  kind: ChannelKindName;
  /** Asked at each attachment, so that it says what is true then (a window's size). */
  meta: () => unknown;
  /** Cryptographically random bytes. */
  random: (bytes: number) => Uint8Array;
  /** The leg to attach to now; undefined while there is none (then call attach() when there is). */
  leg: () => Leg | undefined;
  /** false: the channel closes with the first path it loses. */
  resume: boolean;
  handler: ChannelHandler;
}

export class Opener extends Channel {
  readonly #options: OpenerOptions;
  readonly #epoch: Uint8Array;
  readonly #backoff: Backoff;
  #attach = 0;
  /** The acceptor has known this epoch; from now on it must. */
  #established = false;
  #opening: { leg: Leg; ch: number } | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(options: OpenerOptions) {
    super(options.kind, options.clock, options.handler);
    this.#options = options;
    this.#epoch = options.random(EPOCH_BYTES);
    this.#backoff = new Backoff({
      first: REATTACH_FIRST_MS,
      most: REATTACH_MOST_MS,
      random: () => options.random(1)[0]! / 256,
    });
  }

  /** Attaches now, if a leg is up and the channel is not attached already. */
  attach(): void {
    if (this.isClosed || this.attachedNow || this.#opening) return;
    const leg = this.#options.leg();
    if (!leg?.up) return;
    this.#attach++;
    this.#opening = { leg, ch: leg.allocate() };
    leg.bind(this.#opening.ch, this);
    this.#sayOpen(0);
  }

  override reset(code: ErrorCode, message: string): void {
    // Not attached yet, but an OPEN is on its way: what it makes at the other end must not be left there.
    const opening = this.#opening;
    if (opening?.leg.open) {
      opening.leg.send({ type: FrameType.RESET, ch: opening.ch, code: ERRORS[code].number, message });
    }
    super.reset(code, message);
  }

  protected override other(frame: Frame): void {
    if (frame.type !== FrameType.ACCEPT) throw new UniCoreError('PROTOCOL_ERROR', 'only OPEN is answered so');
    const opening = this.#opening;
    if (!opening || frame.attach !== this.#attach) return;
    this.#stopOpening();
    this.#established = true;
    this.#backoff.reset();
    this.attached({ ...opening, attach: this.#attach }, frame.recvNext, frame.limit);
    if (!this.isClosed) this.handler.attached?.(unpackMeta(frame.meta));
  }

  protected override unattached(code: ErrorCode): void {
    const opening = this.#opening;
    this.#stopOpening();
    opening?.leg.unbind(opening.ch);
    if (opening) this.handler.detached?.(code);
    if (!this.#options.resume) return this.close(code, 'the path of the channel was lost');
    this.#cancelTimer = this.clock.after(this.#backoff.next(), () => this.attach());
  }

  protected override gap(): void {
    // Nothing is repaired inside an attachment. The acceptor detaches the old number when the new OPEN arrives.
    this.detach('GAP');
  }

  protected override finished(): void {
    // The hops cannot see that both ends are done: tell them to forget the number.
    this.say((ch) => ({ type: FrameType.RESET, ch, code: 0, message: '' }));
  }

  protected override over(): void {
    const opening = this.#opening;
    this.#stopOpening();
    opening?.leg.unbind(opening.ch);
  }

  #sayOpen(tries: number): void {
    const { leg, ch } = this.#opening!;
    const { limit } = this.incoming.report();
    leg.send({
      type: FrameType.OPEN,
      ch,
      epoch: this.#epoch,
      attach: this.#attach,
      kind: ChannelKind[this.#options.kind],
      recvNext: this.incoming.next,
      limit,
      mustExist: this.#established,
      auth: NO_AUTH,
      meta: packMeta(this.#options.meta()),
    });
    const wait = Math.min(OPEN_MAX_MS, Math.max(OPEN_MIN_MS, 4 * (leg.rtt ?? 0)) * 2 ** Math.min(tries, 6));
    this.#cancelTimer = this.clock.after(wait, () => this.#sayOpen(tries + 1));
  }

  #stopOpening(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#opening = undefined;
  }
}
