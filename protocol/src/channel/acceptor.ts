/** The end where channels are accepted: knows every living epoch, and for a while those that ended. */

import type { Leg, Port } from '../leg/index.ts';
import type { Clock } from '../time/index.ts';
import {
  ChannelKind,
  type ChannelKindName,
  ERRORS,
  type ErrorCode,
  type Frame,
  type FrameOf,
  FrameType,
  packMeta,
  packSaid,
  UniCoreError,
  unpackMeta,
  unpackSaid,
} from '../wire/index.ts';
import { Attachment } from './attachment.ts';
import { Channel } from './channel.ts';
import type { ChannelHandler } from './channel-handler.ts';
import type { Deflater } from './deflater.ts';
import { PendingOpen } from './pending-open.ts';

/** A channel without an attachment is given up after this long. */
const ORPHAN_MS = 120_000;
/** How an ended channel ended is repeated to whoever asks for this long. */
const TOMBSTONE_MS = 120_000;

type Open = FrameOf<typeof FrameType.OPEN>;
type Refusal = { code: ErrorCode; message: string };

/** A channel that wants to be opened. Exactly one of accept() and refuse() is called, now or later. */
export interface OpenRequest {
  readonly kind: ChannelKindName;
  /** Written by a hub. */
  readonly auth: unknown;
  /** Written by the consumer. */
  readonly meta: unknown;
  /** The channel's name for logs and for other calls about it. */
  readonly epochHex: string;
  accept(handler: ChannelHandler, meta: unknown): AcceptedChannel;
  refuse(code: ErrorCode, message: string): void;
}

export interface AcceptorOptions {
  clock: Clock;
  accept(request: OpenRequest): void;
  /** Lets both ends send DATAZ, if the other has one as well. */
  deflater?: Deflater;
  /**
   * A known channel comes back: check the rights of now. Returns the meta to answer with, or throws a UniCoreError
   * (EPOCH_LOST when the asker is not the channel's owner: it may not learn that the epoch exists).
   */
  reattach?(channel: AcceptedChannel, auth: unknown, meta: unknown): unknown;
}

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

interface Epoch {
  channel: AcceptedChannel | undefined;
  /** Set once the channel is over, or was refused. */
  ended: Refusal | undefined;
  /** While accept() is being decided: the newest OPEN, which is the one to answer. */
  pending: PendingOpen | undefined;
}

export class Acceptor {
  readonly #options: AcceptorOptions;
  readonly #epochs = new Map<string, Epoch>();
  readonly #timers = new Set<() => void>();

  constructor(options: AcceptorOptions) {
    this.#options = options;
  }

  /** Epochs known: living channels, and tombstones. */
  get size(): number {
    return this.#epochs.size;
  }

  /** An OPEN arrived on a leg. */
  open(leg: Leg, open: Open): void {
    const epochHex = hex(open.epoch);
    const epoch = this.#epochs.get(epochHex);
    const bound = leg.portOf(open.ch);
    if (bound && bound !== epoch?.pending && !epoch?.channel?.isAt(bound)) {
      // Bound over, the other channel would never hear that its leg is gone.
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

  /** Ends every channel. */
  close(code: ErrorCode, message: string): void {
    for (const { channel } of this.#epochs.values()) channel?.reset(code, message);
    for (const cancel of this.#timers) cancel();
    this.#epochs.clear();
  }

  #again(epoch: Epoch, leg: Leg, open: Open): void {
    const { channel } = epoch;
    if (epoch.ended) return refuse(leg, open.ch, epoch.ended);
    if (!channel) return this.#judgedAgain(epoch, leg, open);
    if (open.attach <= channel.attachNumber) return channel.answerAgain(leg, open.ch);
    try {
      const [auth, { meta }] = [unpackMeta(open.auth), unpackSaid(open.meta)];
      channel.adopt(leg, open, this.#options.reattach?.(channel, auth, meta) ?? {});
    } catch (error) {
      if (!(error instanceof UniCoreError)) throw error;
      refuse(leg, open.ch, error);
    }
  }

  /** The newest OPEN is the one to answer. */
  #judgedAgain(epoch: Epoch, leg: Leg, open: Open): void {
    // Before it is remembered: metadata that cannot be read throws.
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
    // Before anything is remembered: metadata that cannot be read throws.
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
        const channel = new AcceptedChannel(epochHex, kind, clock, handler, deflater, bury);
        const at = epoch.pending!;
        epoch.channel = channel;
        epoch.pending = undefined;
        if (at.wanted) channel.adopt(at.leg, at.open, answer);
        else channel.orphan();
        return channel;
      },
      refuse: (code, message) => {
        const at = epoch.pending!;
        // Nothing was made, so a later try with the same epoch may be judged afresh.
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

/** Nobody is at this number (any more): the hops on the way to it may forget it. */
function release(leg: Leg, ch: number): void {
  if (leg.open) leg.send({ type: FrameType.DETACHED, ch, code: ERRORS.LEG_LOST.number });
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
