/** One end of a channel: a reliable byte stream in both directions that outlives the legs it is attached to. */

import type { SendQueue } from '../leg/index.ts';
import type { Clock } from '../time/index.ts';
import {
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
import type { ChannelOptions } from './channel-options.ts';
import { Compression } from './compression.ts';
import { DelayedAcks } from './delayed-acks.ts';
import { Incoming } from './incoming.ts';
import { Outgoing } from './outgoing.ts';
import { Pacer } from './pacer.ts';
import { ProbeTimer } from './probe-timer.ts';
import { ANSWERS, finFrame, resetFrame, syncFrame } from './state-frames.ts';
import { Window } from './window.ts';

export abstract class Channel implements Attached, SendQueue {
  readonly group = '';
  /** Bytes of finished frames that wait. Always 0, since a channel makes each frame only when it is sent. */
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

  constructor({ kind, clock, handler, deflater, windows }: ChannelOptions) {
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

  /** Bytes sent that the other end has not confirmed. */
  get inFlight(): number {
    return this.outgoing.inFlight;
  }

  /** True while small writes are collected before they are sent. Call wake() again after each further write. */
  get gathers(): boolean {
    return this.#pacer.gathers;
  }

  /** Tells the channel that pull() has bytes. */
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

  /** Ends this direction of the channel after the bytes that pull() still returns. */
  end(code: ErrorCode = 'OK', message = ''): void {
    if (this.outgoing.ending) return;
    this.outgoing.end({ code: ERRORS[code].number, message });
    this.wake();
  }

  /** Aborts both directions of the channel. */
  reset(code: ErrorCode, message: string): void {
    if (this.#closed) return;
    this.say((ch) => resetFrame(ch, code, message));
    this.close(code, message);
  }

  /** Asks the other end for its positions. The answer measures the round trip. */
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
      // Sends a key's echo and its ACK together. A message of its own for each would cost every hop.
      this.#acks.piggyback();
    }
    const frame = piece
      ? encode(this.compression.frame(at.ch, piece, this.outgoing), memory)
      : finFrame(at.ch, this.outgoing);
    if (piece) this.#pacer.sent(piece.off + piece.bytes.length, piece.bytes.length, frame!.length);
    this.#probeTimer.watch();
    return frame;
  }

  // ---- events of attachments and legs

  receive(at: Attachment, message: Uint8Array, start: number): void {
    try {
      this.#receive(at, frameAt(message, start));
    } catch (error) {
      if (!(error instanceof UniCoreError)) throw error;
      this.reset(error.code, error.message);
    }
  }

  drop(): void {
    // A closed leg drops no bytes: sent bytes are kept for the next attachment.
  }

  /** Leaves an attachment that cannot be used any more. */
  lost(at: Attachment, code: ErrorCode): void {
    at.leave();
    if (this.#closed || at !== this.#attachment) return;
    this.#drop(at);
    this.unattached(code);
  }

  // ---- what opener and acceptor do differently

  /** Handles a frame that only the opener or only the acceptor understands. */
  protected abstract other(at: Attachment, frame: Frame): void;
  /** Called when the channel lost its attachment and is still open. */
  protected abstract unattached(code: ErrorCode): void;
  /** Called when both directions have ended in order, while still attached. */
  protected abstract finished(): void;
  /** Called when the other end is closed and said so on this attachment. */
  protected overAt(_at: Attachment): void {}
  /** Called once when the channel is over, before the handler's closed(). */
  protected abstract over(code: ErrorCode, message: string): void;
  /** A hop or the acceptor sent DETACHED: this attachment is gone, or soon will be. */
  protected detachedBy(at: Attachment, code: ErrorCode): void {
    this.lost(at, code);
  }
  /** Called when bytes are missing before those that came on this attachment. */
  protected abstract gap(at: Attachment): void;

  protected get attachment(): Attachment | undefined {
    return this.#attachment;
  }

  /** Makes this the channel's only attachment. */
  protected attached(at: Attachment, recvNext: number, limit: number, features: readonly unknown[]): void {
    if (this.#attachment) this.#drop(this.#attachment);
    // The attachment is set before rewind(), so that an error about an invalid position is sent on it.
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

  /** Resends the ACK; the previous one may have been lost. */
  protected acknowledgeAgain(): void {
    this.#acks.resend();
  }

  // ---- inside

  #receive(at: Attachment, frame: Frame): void {
    if (this.#closed) return;
    // A hop lost the ACCEPT that came before this frame, and perhaps other frames too.
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
    // The neighbour no longer knows the number. The channel itself may still be alive.
    if (code === 'CHANNEL_UNKNOWN') return this.lost(at, 'LEG_LOST');
    this.overAt(at);
    // The other end says again that it is closed. How it ended is already known here.
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
    if (this.#attachment) this.#acks.schedule();
  }

  #closeWhenDone(): void {
    if (this.#closed || !this.outgoing.done || !this.incoming.done) return;
    this.#acks.flush();
    this.finished();
    const { code, message } = this.incoming.fin!;
    this.close(errorName(code), message);
  }

  /** Leaves this attachment. Bytes on their way there, and answers from there, no longer count. */
  #drop(at: Attachment): void {
    at.leave();
    at.leg.forget(this);
    this.#attachment = undefined;
    this.#acks.stop();
    this.#pacer.stop();
    this.#probeTimer.stop();
  }
}
