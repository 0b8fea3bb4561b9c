/**
 * Accepts channels. The acceptor finds each open channel by its epoch (a random id). For a while it also
 * remembers how each closed channel ended: this memory is called a tombstone.
 */

import type { Leg } from '../leg/index.ts';
import type { Clock } from '../time/index.ts';
import {
  ChannelKind,
  type ChannelKindName,
  ERRORS,
  type ErrorCode,
  type FrameOf,
  FrameType,
  UniCoreError,
  unpackMeta,
  unpackSaid,
} from '../wire/index.ts';
import { AcceptedChannel, type Refusal, release } from './accepted-channel.ts';
import type { ChannelHandler } from './channel-handler.ts';
import type { Deflater } from './deflater.ts';
import { PendingOpen } from './pending-open.ts';

/**
 * How long the acceptor remembers how a channel ended (its tombstone), in ms. If a late OPEN for this channel
 * comes, the acceptor refuses it with the error code with which the channel ended.
 */
const TOMBSTONE_MS = 120_000;

type Open = FrameOf<typeof FrameType.OPEN>;

/** A request to open a channel. The application must call either accept() or refuse(), once, now or later. */
export interface OpenRequest {
  readonly kind: ChannelKindName;
  /** The metadata that a hub added to the OPEN. */
  readonly auth: unknown;
  /** The metadata that the opener of the channel sent. */
  readonly meta: unknown;
  /** The channel's epoch (its random id) in hexadecimal. It identifies the channel, for example in logs. */
  readonly epochHex: string;
  accept(handler: ChannelHandler, meta: unknown): AcceptedChannel;
  refuse(code: ErrorCode, message: string): void;
}

export interface AcceptorOptions {
  clock: Clock;
  accept(request: OpenRequest): void;
  /** The deflater for compressed frames (DATAZ). DATAZ is used only if the other end also has a deflater. */
  deflater?: Deflater;
  /**
   * Called when an opener attaches again to a channel that exists. Checks the opener's permission, and
   * returns the metadata for ACCEPT. Throws a UniCoreError to refuse the opener. The error is EPOCH_LOST if
   * the opener does not own the channel, so that it does not learn that the channel exists.
   */
  reattach?(channel: AcceptedChannel, auth: unknown, meta: unknown): unknown;
}

interface Epoch {
  channel: AcceptedChannel | undefined;
  /** How the channel ended; undefined while the channel is open. */
  ended: Refusal | undefined;
  /**
   * The newest OPEN, until the application accepts or refuses the channel. The decision is the answer to this
   * OPEN.
   */
  pending: PendingOpen | undefined;
}

export class Acceptor {
  readonly #options: AcceptorOptions;
  readonly #epochs = new Map<string, Epoch>();
  readonly #timers = new Set<() => void>();

  constructor(options: AcceptorOptions) {
    this.#options = options;
  }

  /** Number of known epochs: those of open channels, of undecided requests and of tombstones. */
  get size(): number {
    return this.#epochs.size;
  }

  /** Handles an OPEN frame that came on this leg. */
  open(leg: Leg, open: Open): void {
    const epochHex = hex(open.epoch);
    const epoch = this.#epochs.get(epochHex);
    const bound = leg.portOf(open.ch);
    if (bound && bound !== epoch?.pending && !epoch?.channel?.isAt(bound)) {
      // This channel number is already used by another channel. If both used it, the first channel would not
      // learn when the leg closes.
      throw new UniCoreError('PROTOCOL_ERROR', `channel number ${open.ch} is in use on this socket`);
    }
    if (!epoch && open.mustExist) {
      refuse(leg, open.ch, { code: 'EPOCH_LOST', message: 'this channel is no longer known' });
    } else if (!epoch?.channel && !epoch?.ended && open.recvNext > 0) {
      const message = `offset ${open.recvNext} was acknowledged in a channel where nothing was sent yet`;
      refuse(leg, open.ch, { code: 'FLOW_VIOLATION', message });
    } else if (epoch) this.#again(epoch, leg, open);
    else this.#fresh(epochHex, leg, open);
  }

  /** Resets every channel. */
  close(code: ErrorCode, message: string): void {
    for (const { channel } of this.#epochs.values()) channel?.reset(code, message);
    for (const cancel of this.#timers) cancel();
    this.#epochs.clear();
  }

  #again(epoch: Epoch, leg: Leg, open: Open): void {
    const { channel } = epoch;
    if (epoch.ended) return refuse(leg, open.ch, epoch.ended);
    if (!channel) return this.#pendingAgain(epoch, leg, open);
    if (open.attach <= channel.attachNumber) return channel.answerAgain(leg, open.ch);
    try {
      const [auth, { meta }] = [unpackMeta(open.auth), unpackSaid(open.meta)];
      channel.adopt(leg, open, this.#options.reattach?.(channel, auth, meta) ?? {});
    } catch (error) {
      if (!(error instanceof UniCoreError)) throw error;
      refuse(leg, open.ch, error);
    }
  }

  /**
   * Handles another OPEN for a channel that the application has not accepted or refused yet. Only the newest
   * OPEN will be answered.
   */
  #pendingAgain(epoch: Epoch, leg: Leg, open: Open): void {
    // Throws if the metadata is invalid. An invalid OPEN must not replace the earlier OPEN that is stored.
    unpackSaid(open.meta);
    const { pending } = epoch;
    if (!pending || leg.portOf(open.ch) === pending) return;
    if (open.attach <= pending.open.attach) return release(leg, open.ch);
    if (pending.wanted) release(pending.leg, pending.open.ch);
    pending.leave();
    epoch.pending = new PendingOpen(leg, open);
  }

  #fresh(epochHex: string, leg: Leg, open: Open): void {
    const kind = kindName(open.kind);
    if (!kind) return refuse(leg, open.ch, { code: 'KIND_UNKNOWN', message: `no channel kind ${open.kind}` });
    // Throws if the metadata is invalid. An invalid OPEN must not leave a stored epoch behind.
    const [auth, { meta }] = [unpackMeta(open.auth), unpackSaid(open.meta)];
    const epoch: Epoch = { channel: undefined, ended: undefined, pending: new PendingOpen(leg, open) };
    this.#epochs.set(epochHex, epoch);
    const bury = (refusal: Refusal) => {
      epoch.channel = undefined;
      epoch.ended = refusal;
      this.#later(TOMBSTONE_MS, () => this.#epochs.delete(epochHex));
    };
    this.#options.accept({
      kind,
      auth,
      meta,
      epochHex,
      accept: (handler, answer) => {
        const { clock, deflater } = this.#options;
        const channel = new AcceptedChannel(epochHex, { kind, clock, handler, deflater }, bury);
        const at = epoch.pending!;
        epoch.channel = channel;
        epoch.pending = undefined;
        if (at.wanted) channel.adopt(at.leg, at.open, answer);
        else channel.orphan();
        return channel;
      },
      refuse: (code, message) => {
        const at = epoch.pending!;
        // A refusal made no channel, so the epoch is forgotten. If another OPEN with this epoch comes, the
        // application may accept it.
        this.#epochs.delete(epochHex);
        if (at.wanted) refuse(at.leg, at.open.ch, { code, message });
        at.leave();
      },
    });
  }

  #later(ms: number, run: () => void): void {
    const cancel = this.#options.clock.after(ms, () => {
      this.#timers.delete(cancel);
      run();
    });
    this.#timers.add(cancel);
  }
}

function refuse(leg: Leg, ch: number, { code, message }: Refusal): void {
  if (leg.open) leg.send({ type: FrameType.RESET, ch, code: ERRORS[code].number, message });
}

function kindName(kind: number): ChannelKindName | undefined {
  return (Object.keys(ChannelKind) as ChannelKindName[]).find((name) => ChannelKind[name] === kind);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
