/** One end of a channel: a reliable byte stream both ways that outlives the legs it is attached to. */

import type { SendQueue } from '../leg/index.ts';
import type { Clock } from '../time/index.ts';
import {
  type ChannelKindName,
  ERRORS,
  type ErrorCode,
  encode,
  errorName,
  type Frame,
  type FrameMemory,
  type FrameOf,
  FrameType,
  frameAt,
  MOST_WINDOWS,
  UniCoreError,
  WINDOWS,
} from '../wire/index.ts';
import type { Attached, Attachment } from './attachment.ts';
import type { ChannelHandler } from './channel-handler.ts';
import { Compression } from './compression.ts';
import type { Deflater } from './deflater.ts';
import { DelayedAcks } from './delayed-acks.ts';
import { Incoming } from './incoming.ts';
import { Outgoing } from './outgoing.ts';
import { Pacer } from './pacer.ts';
import { ProbeTimer } from './probe-timer.ts';
import { ANSWERS, finFrame, resetFrame, syncFrame } from './state-frames.ts';
import { Window, type Windows } from './window.ts';

export abstract class Channel implements Attached, SendQueue {
  readonly group = '';
  /** Bytes wait in the application, and frames are made as they are sent. */
  readonly queued = 0;
  protected readonly clock: Clock;
  protected readonly handler: ChannelHandler;
  protected readonly incoming: Incoming;
  protected readonly outgoing: Outgoing;
  protected readonly compression: Compression;
  readonly #probeTimer: ProbeTimer;
  readonly #pacer: Pacer;
  readonly #acks: DelayedAcks;
  readonly #window: Window;
  #attachment: Attachment | undefined;
  #closed = false;

  constructor(
    kind: ChannelKindName,
    clock: Clock,
    handler: ChannelHandler,
    deflater: Deflater | undefined,
    windows?: Windows,
  ) {
    const most = MOST_WINDOWS[kind];
    this.clock = clock;
    this.handler = handler;
    this.compression = new Compression(kind, clock, deflater);
    this.#window = new Window(WINDOWS[kind], most, windows);
    this.incoming = new Incoming(this.#window, this.compression.reads);
    this.#acks = new DelayedAcks({
      clock,
      incoming: this.incoming,
      say: (report) => this.say((ch) => ({ type: FrameType.ACK, ch, ...report })),
    });
    this.outgoing = new Outgoing(most);
    this.#pacer = new Pacer({ clock, window: most, go: () => this.#attachment?.leg.want(this) });
    this.#probeTimer = new ProbeTimer({
      clock,
      waiting: () => this.#attachment !== undefined && (this.outgoing.unanswered || this.outgoing.atLimit),
      ask: () => this.#sync(false),
    });
  }

  // ---- for the application

  get attachedNow(): boolean {
    return this.#attachment !== undefined;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Last measured round trip to the other end, over all hops, ms. */
  get rtt(): number | undefined {
    return this.#probeTimer.rtt;
  }

  /** Bytes sent and not confirmed by the other end. */
  get inFlight(): number {
    return this.outgoing.inFlight;
  }

  /** What there is to pull is being gathered: more of it may be enough, so say wake() again. */
  get gathers(): boolean {
    return this.#pacer.gathers;
  }

  /** There is something to pull. */
  wake(): void {
    if (this.#closed || !this.#attachment) return;
    const gathers = this.handler.pending !== undefined && !this.outgoing.ending && !this.outgoing.behind;
    if (!gathers || this.#pacer.ready(this.handler.pending!())) this.#attachment.leg.want(this);
  }

  consumed(bytes: number): void {
    if (this.#closed) return;
    if (this.incoming.consumed(bytes, this.clock.now(), this.rtt)) this.#probeTimer.measure();
    this.#acknowledge();
    this.#closeWhenDone();
  }

  /** No more bytes after those that pull() still gives. */
  end(code: ErrorCode = 'OK', message = ''): void {
    if (this.outgoing.ending) return;
    this.outgoing.end({ code: ERRORS[code].number, message });
    this.wake();
  }

  /** Abort, both ways. */
  reset(code: ErrorCode, message: string): void {
    if (this.#closed) return;
    this.say((ch) => resetFrame(ch, code, message));
    this.close(code, message);
  }

  /** Asks the other end where it is; the answer measures the round trip. */
  probe(): void {
    this.#probeTimer.probe();
  }

  // ---- for the leg

  emit(maxData: number, memory: FrameMemory): Uint8Array | undefined {
    const at = this.#attachment;
    if (!at || this.#closed) return undefined;
    const room = this.#pacer.room(this.outgoing.onTheWay === 0);
    const most = Math.min(this.compression.rawFor(Math.min(maxData, room.wire)), room.whole);
    const piece = this.outgoing.next(most, (max) => this.handler.pull?.(max));
    if (!piece && this.outgoing.dry) {
      this.#pacer.dry();
      // A key's echo and its ACK in one go: by itself each costs every hop on the way a message.
      this.#acks.along();
    }
    const frame = piece
      ? encode(this.compression.frame(at.ch, piece, this.outgoing), memory)
      : finFrame(at.ch, this.outgoing);
    if (piece) this.#pacer.sent(piece.off + piece.bytes.length, piece.bytes.length, frame!.length);
    this.#probeTimer.watch();
    return frame;
  }

  // ---- for the places where it is attached

  receive(at: Attachment, message: Uint8Array, start: number): void {
    try {
      this.#receive(at, frameAt(message, start));
    } catch (error) {
      if (!(error instanceof UniCoreError)) throw error;
      this.reset(error.code, error.message);
    }
  }

  drop(): void {
    // What was emitted is kept for the next attachment.
  }

  /** This place is of no use any more. */
  lost(at: Attachment, code: ErrorCode): void {
    at.leave();
    if (this.#closed || at !== this.#attachment) return;
    this.#drop(at);
    this.unattached(code);
  }

  // ---- for the two ends, opener and acceptor

  /** Frames that only one of the two ends understands. */
  protected abstract other(at: Attachment, frame: Frame): void;
  /** Called when the channel lost its place and is not closed. */
  protected abstract unattached(code: ErrorCode): void;
  /** Both directions ended in order; still attached. */
  protected abstract finished(): void;
  /** The other end is over, and said so at this place. */
  protected overAt(_at: Attachment): void {}
  /** Called once when the channel is over, before the handler hears of it. */
  protected abstract over(code: ErrorCode, message: string): void;
  /** A hop, or the acceptor, says that this place is, or will be, gone. */
  protected detachedBy(at: Attachment, code: ErrorCode): void {
    this.lost(at, code);
  }
  /** Bytes went missing on the way to this place. */
  protected abstract gap(at: Attachment): void;

  protected get attachment(): Attachment | undefined {
    return this.#attachment;
  }

  /** From here on the channel is there, and nowhere else. */
  protected attached(at: Attachment, recvNext: number, limit: number, features: readonly unknown[]): void {
    if (this.#attachment) this.#drop(this.#attachment);
    // First, so that a violation in the two positions is answered where it came from.
    this.#attachment = at;
    this.#pacer.restart();
    this.outgoing.rewind(recvNext, limit);
    if (this.compression.heard(features)) this.outgoing.remember();
    this.wake();
    this.#probeTimer.watch();
    this.#closeWhenDone();
  }

  protected close(code: ErrorCode, message: string): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#attachment) this.#drop(this.#attachment);
    this.#window.release();
    this.over(code, message);
    this.handler.closed(code, message);
  }

  protected say(frame: (ch: number) => Frame): void {
    this.#attachment?.say(frame);
  }

  /** Says what was consumed and what may be sent, even if it was said before: to nobody who could hear it, perhaps. */
  protected acknowledgeAgain(): void {
    this.#acks.again();
  }

  // ---- inside

  #receive(at: Attachment, frame: Frame): void {
    if (this.#closed) return;
    // A hop has lost the ACCEPT before it, and who knows what else.
    if (at !== this.#attachment && !ANSWERS.has(frame.type)) return this.gap(at);
    switch (frame.type) {
      case FrameType.DATA:
        return this.#data(at, frame.off, frame.bytes.length, () => frame.bytes);
      case FrameType.DATAZ:
        return this.#data(at, frame.off, frame.rawLen, this.compression.reader(frame, this.incoming));
      case FrameType.ACK:
        return this.#confirm(frame.consumed, frame.limit);
      case FrameType.FIN:
        return this.#fin(at, frame.finalOff, frame.code, frame.message);
      case FrameType.SYNC:
        return this.#synced(at, frame);
      case FrameType.RESET:
        return this.#resetBy(at, errorName(frame.code), frame.message);
      case FrameType.DETACHED:
        return this.detachedBy(at, errorName(frame.code));
      default:
        return this.other(at, frame);
    }
  }

  #resetBy(at: Attachment, code: ErrorCode, message: string): void {
    const fin = this.incoming.fin;
    // The neighbour forgot the number, which says nothing about the channel itself.
    if (code === 'CHANNEL_UNKNOWN') return this.lost(at, 'LEG_LOST');
    this.overAt(at);
    // The other end is done and says so again; how it ended is known here already.
    if (code === 'OK' && fin) this.close(errorName(fin.code), fin.message);
    else this.close(code, message);
  }

  #data(at: Attachment, off: number, length: number, read: () => Uint8Array): void {
    const fresh = this.incoming.take(off, length, read);
    if (fresh === 'gap') this.gap(at);
    else if (fresh) this.handler.data(fresh);
  }

  #fin(at: Attachment, finalOff: number, code: number, message: string): void {
    const fresh = this.incoming.finish(finalOff, { code, message });
    if (fresh === 'gap') this.gap(at);
    if (fresh !== true) return;
    this.handler.ended?.(errorName(code), message);
    this.#acknowledge();
    this.#closeWhenDone();
  }

  #confirm(upTo: number, limit: number): void {
    this.#pacer.confirmed(upTo);
    if (this.outgoing.confirm(upTo, limit)) {
      this.wake();
      this.#probeTimer.progress();
    }
    this.#closeWhenDone();
  }

  #synced(at: Attachment, frame: FrameOf<typeof FrameType.SYNC>): void {
    if (at !== this.#attachment || frame.attach !== at.attach) return;
    const rtt = frame.reply ? this.#probeTimer.answered() : undefined;
    if (rtt !== undefined) this.handler.measured?.(rtt);
    this.#confirm(frame.recvNext, frame.limit);
    if (frame.sentEnd > this.incoming.next) this.gap(at);
    else if (!frame.reply) this.#sync(true);
  }

  #sync(reply: boolean): void {
    const attach = this.#attachment?.attach;
    if (attach === undefined || this.#closed) return;
    this.say(syncFrame(attach, this.incoming, this.outgoing, reply));
  }

  #acknowledge(): void {
    if (this.#attachment) this.#acks.soon();
  }

  #closeWhenDone(): void {
    if (this.#closed || !this.outgoing.done || !this.incoming.done) return;
    this.#acks.now();
    this.finished();
    const { code, message } = this.incoming.fin!;
    this.close(errorName(code), message);
  }

  /** What was on its way there, and answers from there, do not count any more. */
  #drop(at: Attachment): void {
    at.leave();
    at.leg.forget(this);
    this.#attachment = undefined;
    this.#acks.stop();
    this.#pacer.stop();
    this.#probeTimer.stop();
  }
}
