/** One end of a channel: a reliable byte stream in both directions. A channel outlives the legs that carry it. */

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
  /** Bytes in finished frames that wait to be sent. Always 0: each frame is made when it is sent. */
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
    this.#pacer = new Pacer({ clock, kind, window: most, go: () => this.#attachment?.leg.want(this) });
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

  /** Last measured round-trip time to the other end of the channel, over all hops, in ms. */
  get rtt(): number | undefined {
    return this.#probeTimer.rtt;
  }

  /** Number of sent bytes that the other end has not confirmed. */
  get inFlight(): number {
    return this.outgoing.inFlight;
  }

  /** True while the channel collects small writes before it sends them. Call wake() after each further write. */
  get gathers(): boolean {
    return this.#pacer.gathers;
  }

  /** Tells the channel that pull() has bytes to send. */
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

  /** Sends FIN, the orderly end of the sending direction, after all bytes that pull() still returns. */
  end(code: ErrorCode = 'OK', message = ''): void {
    if (this.outgoing.ending) return;
    this.outgoing.end({ code: ERRORS[code].number, message });
    this.wake();
  }

  /** Aborts both directions of the channel at once. */
  reset(code: ErrorCode, message: string): void {
    if (this.#closed) return;
    this.say((ch) => resetFrame(ch, code, message));
    this.close(code, message);
  }

  /** Asks the other end which stream offsets it has reached. The answer also measures the round-trip time. */
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
      // Sends the ACK of a keystroke together with its echo: a separate message would cost work at every hop.
      this.#acks.piggyback();
    }
    const frame = piece
      ? encode(this.compression.frame(at.ch, piece, this.outgoing), memory)
      : finFrame(at.ch, this.outgoing);
    if (piece) this.#pacer.sent(piece.off + piece.bytes.length, piece.bytes.length, frame!.length);
    this.#probeTimer.watch();
    return frame;
  }

  // ---- attachment events

  receive(at: Attachment, message: Uint8Array, start: number): void {
    try {
      this.#receive(at, frameAt(message, start));
    } catch (error) {
      if (!(error instanceof UniCoreError)) throw error;
      this.reset(error.code, error.message);
    }
  }

  drop(): void {
    // Nothing to do when the leg closes: unconfirmed bytes are sent again on the channel's next attachment.
  }

  /** Leaves an attachment that can no longer be used. */
  lost(at: Attachment, code: ErrorCode): void {
    at.leave();
    if (this.#closed || at !== this.#attachment) return;
    this.#drop(at);
    this.unattached(code);
  }

  // ---- for subclasses

  /** Handles the frame types that the opener and the acceptor treat differently. */
  protected abstract other(at: Attachment, frame: Frame): void;
  /** Called when the channel has lost its attachment but is still open. */
  protected abstract unattached(code: ErrorCode): void;
  /** Called when both directions have ended in order, before the channel leaves its attachment. */
  protected abstract finished(): void;
  /** Called when the other end has reported on this attachment that it closed the channel. */
  protected overAt(_at: Attachment): void {}
  /** Called once when the channel has closed, before the handler's closed(). */
  protected abstract over(code: ErrorCode, message: string): void;
  /** Called when a hop or the acceptor sent DETACHED: this attachment has ended, or will end soon. */
  protected detachedBy(at: Attachment, code: ErrorCode): void {
    this.lost(at, code);
  }
  /** Called when a received frame shows that earlier frames of this attachment were lost. */
  protected abstract gap(at: Attachment): void;

  protected get attachment(): Attachment | undefined {
    return this.#attachment;
  }

  /** Makes this attachment the only one of the channel. */
  protected attached(at: Attachment, recvNext: number, limit: number, features: readonly unknown[]): void {
    if (this.#attachment) this.#drop(this.#attachment);
    // If rewind() refuses an offset, RESET is sent on the new attachment. So #attachment is set first.
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

  /** Sends the ACK again, because the previous ACK may have been lost. */
  protected acknowledgeAgain(): void {
    this.#acks.resend();
  }

  // ---- inside

  #receive(at: Attachment, frame: Frame): void {
    if (this.#closed) return;
    // This frame came before ACCEPT: a hop has lost the ACCEPT, and perhaps other frames too.
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
    // The neighbour no longer knows this channel number. The channel itself may still exist.
    if (code === 'CHANNEL_UNKNOWN') return this.lost(at, 'LEG_LOST');
    this.overAt(at);
    // A RESET with code OK after a FIN gives no reason. The channel then closes with the reason in the FIN.
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

  /** Leaves this attachment. Bytes and answers that are still on its path are ignored. */
  #drop(at: Attachment): void {
    at.leave();
    at.leg.forget(this);
    this.#attachment = undefined;
    this.#acks.stop();
    this.#pacer.stop();
    this.#probeTimer.stop();
  }
}
