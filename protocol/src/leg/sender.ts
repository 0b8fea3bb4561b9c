/**
 * Decides what a leg sends next: first control frames, then queues with little to send, then floods (bulk
 * data). The leg sends no faster than the socket accepts bytes, and it sends floods no faster than the path
 * carries them.
 */
import { Alarm, type Clock } from '../time/index.ts';
import { FrameMemory, MAX_DATA } from '../wire/index.ts';
import { Bundle } from './bundle.ts';
import { CongestionControl } from './congestion-control.ts';
import { FairQueue } from './fair-queue.ts';
import type { SendQueue } from './send-queue.ts';

/**
 * A socket that has this many unsent bytes gets no more bytes, because urgent frames cannot overtake bytes
 * that are already in the socket.
 */
const HIGH_WATER = 64 * 1024;
/**
 * A full socket is checked again after this many ms, because browsers do not report when a socket has
 * drained.
 */
const POLL_MS = 10;
/**
 * The sender makes frames for this many ms at most. Then other work may run in the event loop. Deflate takes
 * most of the time.
 */
const SLICE_MS = 2;
/**
 * A message that has this many bytes gets no more frames from send queues. Small frames are sent in one
 * message, because each message has a cost. A large frame is sent alone, because frames that share a message
 * are copied at the sender and at every hop.
 */
const FULL = 8 * 1024;
/**
 * A send queue is a flood (bulk data) if it has sent this many bytes without a pause, or if this many bytes
 * wait in it.
 */
const FLOOD = 16 * 1024;
/** A send queue has paused if it had nothing to send for this many ms. */
const PAUSE_MS = 100;
/**
 * After this many bytes of other send queues, a flood (bulk data) may send one frame. Otherwise bulk data
 * could wait without end.
 */
const SHARE = 64 * 1024;

/** The interface that a leg needs of its socket. */
export interface Transport {
  /**
   * Sends a message. `done` is called when the memory of the message may be overwritten. It is never called
   * if the transport keeps that memory.
   */
  send(message: Uint8Array, done?: () => void): void;
  close(code: number, reason: string): void;
  /** Number of bytes that send() has accepted and that were not handed to the kernel yet. */
  readonly buffered: number;
  /**
   * All messages that are sent between cork() and uncork() go to the kernel in one call, and wake the
   * receiving process only once.
   */
  cork?(): void;
  uncork?(): void;
}

export interface SenderOptions {
  transport: Transport;
  clock: Clock;
  /** Makes a PING frame that the caller sends. `answered` is called when the PONG comes. */
  ping: (answered: () => void) => Uint8Array;
}

/** A control frame: it belongs to no send queue and is sent before all send queues. */
interface ControlFrame {
  frame: Uint8Array;
  readonly ackOf: number | undefined;
}

interface QueueState {
  fair: FairQueue | undefined;
  /** Number of bytes that the send queue has sent since its last pause. */
  burst: number;
  /** The time when the send queue last had nothing more to send. */
  dryAt: number;
}

export class Sender {
  readonly #transport: Transport;
  readonly #clock: Clock;
  #frames: ControlFrame[] = [];
  #queued = 0;
  /** The waiting ACK of each channel. A newer ACK replaces an older one, because an ACK is cumulative. */
  readonly #acks = new Map<number, ControlFrame>();
  readonly #queues = new Map<SendQueue, QueueState>();
  readonly #first = new FairQueue();
  readonly #floods = new FairQueue();
  readonly #congestion: CongestionControl;
  readonly #memory = new FrameMemory();
  /** Number of bytes that other send queues have sent since a queue with bulk data last sent a frame. */
  #sinceFlood = 0;
  #scheduled = false;
  /** The timer after which a full socket is checked again. */
  readonly #poll: Alarm;
  /** Cancels the timer that continues the sending; undefined if no such timer runs. */
  #cancelSlice: (() => void) | undefined;
  #stopped = false;

  constructor({ transport, clock, ping }: SenderOptions) {
    this.#transport = transport;
    this.#clock = clock;
    this.#poll = new Alarm(clock, () => this.flush());
    this.#congestion = new CongestionControl({ clock, ping, opened: () => this.flush() });
  }

  /** Number of bytes in control frames that wait for the socket. */
  get queued(): number {
    return this.#queued;
  }

  /** True while the send queues have to wait (back-pressure). */
  get held(): boolean {
    return this.#poll.isSet || !this.#floods.empty;
  }

  /**
   * Queues a control frame, which is sent before all send queues. Control frames that are pushed in one turn
   * of the event loop are sent as one message.
   */
  push(frame: Uint8Array): void {
    if (this.#stopped) return;
    this.#hold({ frame, ackOf: undefined });
    this.#schedule();
  }

  /**
   * Queues an ACK, which waits until all input that has arrived was handled. One message can then carry the
   * ACKs of much input. With one message for each ACK, the ACKs would cause as much work as the data.
   */
  pushAck(ch: number, frame: Uint8Array): void {
    if (this.#stopped) return;
    const older = this.#acks.get(ch);
    if (older) {
      older.frame = frame;
      return;
    }
    const waiting = { frame, ackOf: ch };
    this.#acks.set(ch, waiting);
    this.#hold(waiting);
    // The first waiting ACK schedules the sending. Later ACKs are sent together with the first.
    if (this.#acks.size === 1) this.#clock.soon(() => this.#schedule());
  }

  /**
   * Tells the sender that this send queue has something to send. The sender calls emit() on the queue when
   * the socket has room.
   */
  want(queue: SendQueue): void {
    if (this.#stopped) return;
    let state = this.#queues.get(queue);
    if (!state) {
      state = { fair: undefined, burst: 0, dryAt: 0 };
      this.#queues.set(queue, state);
    }
    if (state.fair === undefined) {
      if (state.burst > 0 && this.#clock.now() - state.dryAt >= PAUSE_MS) state.burst = 0;
      this.#line(queue, state, state.burst > FLOOD ? this.#floods : this.#first);
    }
    if (state.fair === this.#first && queue.queued > FLOOD) this.#line(queue, state, this.#floods);
    this.#schedule();
  }

  forget(queue: SendQueue): void {
    this.#queues.get(queue)?.fair?.delete(queue);
    this.#queues.delete(queue);
  }

  /**
   * Called when the socket has drained a little. A transport may call this method for each message, even
   * within its own send().
   */
  drained(): void {
    if (!this.#poll.isSet) return;
    this.#poll.clear();
    this.#schedule();
  }

  /** Sends as much as the socket accepts now. */
  flush(): void {
    this.#poll.clear();
    this.#cancelSlice?.();
    this.#cancelSlice = undefined;
    this.#transport.cork?.();
    try {
      this.#sendSome();
    } finally {
      this.#transport.uncork?.();
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#poll.stop();
    this.#cancelSlice?.();
    this.#congestion.stop();
    this.#frames = [];
    this.#acks.clear();
    this.#queued = 0;
    for (const [queue, { fair }] of this.#queues) {
      fair?.delete(queue);
      queue.drop();
    }
    this.#queues.clear();
  }

  // ---- inside

  #sendSome(): void {
    const until = this.#clock.now() + SLICE_MS;
    while (!this.#stopped) {
      if (this.#transport.buffered >= HIGH_WATER) return this.#poll.set(POLL_MS);
      const { message, ping } = this.#nextMessage(until);
      if (message === undefined) return;
      if (this.#clock.now() >= until) this.#cancelSlice = this.#clock.after(0, () => this.flush());
      this.#send(message);
      if (ping) this.#send(ping);
      if (this.#cancelSlice) return;
    }
  }

  #send(message: Uint8Array): void {
    const lent = this.#memory.lent(message);
    this.#transport.send(message, lent ? () => this.#memory.giveBack(message) : undefined);
  }

  #hold(waiting: ControlFrame): void {
    this.#frames.push(waiting);
    this.#queued += waiting.frame.length;
  }

  #schedule(): void {
    if (this.#scheduled || this.#poll.isSet || this.#cancelSlice) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  #line(queue: SendQueue, state: QueueState, fair: FairQueue): void {
    state.fair?.delete(queue);
    state.fair = fair;
    fair.add(queue);
  }

  /** Returns the next message, and a PING that must be sent right behind it as a separate message. */
  #nextMessage(until: number): { message: Uint8Array | undefined; ping: Uint8Array | undefined } {
    const message = new Bundle();
    this.#steering(message);
    if (this.#frames.length === 0) this.#gather(message, until);
    this.#congestion.passed(message.size);
    const ping = this.#congestion.mark(message.size > 0, !this.#floods.empty);
    const joins = ping !== undefined && !(message.single && message.size >= FULL) && message.add(ping);
    const whole = message.whole((frame) => this.#memory.giveBack(frame));
    return { message: whole, ping: joins ? undefined : ping };
  }

  #steering(message: Bundle): void {
    let taken = 0;
    for (const { frame, ackOf } of this.#frames) {
      if (!message.add(frame)) break;
      this.#queued -= frame.length;
      if (ackOf !== undefined) this.#acks.delete(ackOf);
      taken++;
    }
    // Usually the message takes all waiting control frames. A new empty array then replaces the list, because
    // splice() would copy all frames.
    this.#frames = taken === this.#frames.length ? [] : this.#frames.slice(taken);
  }

  /**
   * Adds frames from send queues to the message. Stops if the message is large enough, if the time `until`
   * has come, or if no send queue may send now.
   */
  #gather(message: Bundle, until: number): void {
    const most = Math.min(FULL, this.#congestion.messageSize);
    while (message.size < most && (message.size === 0 || this.#clock.now() < until)) {
      const share = this.#sinceFlood >= SHARE;
      const room = this.#first.empty && this.#congestion.room > message.size;
      if ((share || room) && !this.#floods.empty) {
        this.#serve(this.#floods, message, this.#congestion.frameSize);
        this.#sinceFlood = 0;
      } else if (!this.#first.empty) this.#sinceFlood += this.#serve(this.#first, message, MAX_DATA);
      else return;
    }
  }

  /**
   * Adds one frame to the message: the next frame of the send queue that has its turn. Returns the size of
   * the frame in bytes, or 0 if the send queue has no frame.
   */
  #serve(fair: FairQueue, message: Bundle, maxData: number): number {
    const queue = fair.next;
    const state = this.#queues.get(queue)!;
    const frame = queue.emit(maxData, this.#memory);
    if (fair === this.#first) this.#congestion.others();
    if (frame === undefined) {
      fair.delete(queue);
      state.fair = undefined;
      state.dryAt = this.#clock.now();
      return 0;
    }
    message.add(frame);
    fair.charge(queue, frame.length);
    state.burst += frame.length;
    const flood = fair === this.#first && state.burst > FLOOD;
    // emit() may have removed the send queue from this sender. The queue must then get no more turns.
    if (flood && this.#queues.get(queue) === state) this.#line(queue, state, this.#floods);
    return frame.length;
  }
}
