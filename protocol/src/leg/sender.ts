/**
 * Decides what a leg sends next: control frames first, then queues with little to send, then floods. It sends no faster
 * than the socket takes bytes, and floods no faster than the path carries them.
 */
import { Alarm, type Clock } from '../time/index.ts';
import { FrameMemory, MAX_DATA } from '../wire/index.ts';
import { Bundle } from './bundle.ts';
import { CongestionControl } from './congestion-control.ts';
import { FairQueue } from './fair-queue.ts';
import type { SendQueue } from './send-queue.ts';

/** A socket with this many unsent bytes gets no more: nothing could overtake them in there. */
const HIGH_WATER = 64 * 1024;
/** Browsers do not report when a socket has drained, so a full one is checked again after this long. */
const POLL_MS = 10;
/** Making frames takes time, mostly for deflate. After this many ms the event loop may run other work. */
const SLICE_MS = 2;
/**
 * A message of this size takes no further frames of send queues, and no PING. Small frames share the cost of a message;
 * a large one goes alone, since frames that share a message are copied here and at every hop.
 */
const FULL = 8 * 1024;
/** A queue is a flood if it has sent this much without a pause, or has this much waiting. */
const FLOOD = 16 * 1024;
/** A send queue has paused if it had nothing to send for this long. */
const PAUSE_MS = 100;
/** After this many bytes of other queues a flood may send one frame, or it could wait without end. */
const SHARE = 64 * 1024;

/** The socket below a leg, as the leg needs it. */
export interface Transport {
  /** `done` is called when the bytes were taken and may be overwritten; never, if the transport keeps them. */
  send(message: Uint8Array, done?: () => void): void;
  close(code: number, reason: string): void;
  /** Bytes accepted by send() and not yet handed to the kernel. */
  readonly buffered: number;
  /** Everything sent between cork() and uncork() goes to the kernel in one call, and wakes the other process once. */
  cork?(): void;
  uncork?(): void;
}

export interface SenderOptions {
  transport: Transport;
  clock: Clock;
  /** Makes a PING to be sent; `answered` is called when its PONG comes. */
  ping: (answered: () => void) => Uint8Array;
}

/** A frame that belongs to no send queue. */
interface ControlFrame {
  frame: Uint8Array;
  readonly ackOf: number | undefined;
}

interface QueueState {
  fair: FairQueue | undefined;
  /** Bytes that the queue has sent since its last pause. */
  burst: number;
  /** When the send queue last had nothing more to send. */
  dryAt: number;
}

export class Sender {
  readonly #transport: Transport;
  readonly #clock: Clock;
  #frames: ControlFrame[] = [];
  #queued = 0;
  /** The waiting ACK of each channel. A newer ACK replaces it, since it says everything that the older one did. */
  readonly #acks = new Map<number, ControlFrame>();
  readonly #queues = new Map<SendQueue, QueueState>();
  readonly #first = new FairQueue();
  readonly #floods = new FairQueue();
  readonly #congestion: CongestionControl;
  readonly #memory = new FrameMemory();
  /** Bytes that other queues have sent since a flood had its turn. */
  #sinceFlood = 0;
  #scheduled = false;
  /** The alarm after which a full socket is checked again. */
  readonly #poll: Alarm;
  /** Cancels the next slice of work; undefined if none is scheduled. */
  #cancelSlice: (() => void) | undefined;
  #stopped = false;

  constructor({ transport, clock, ping }: SenderOptions) {
    this.#transport = transport;
    this.#clock = clock;
    this.#poll = new Alarm(clock, () => this.flush());
    this.#congestion = new CongestionControl({ clock, ping, opened: () => this.flush() });
  }

  /** Bytes of control frames that wait for the socket. */
  get queued(): number {
    return this.#queued;
  }

  /** True while the send queues are blocked (back-pressure). */
  get held(): boolean {
    return this.#poll.isSet || !this.#floods.empty;
  }

  /**
   * Queues a frame that goes before all send queues. Frames pushed in one turn of the event loop leave as one message.
   */
  push(frame: Uint8Array): void {
    if (this.#stopped) return;
    this.#hold({ frame, ackOf: undefined });
    this.#schedule();
  }

  /**
   * Like push(), for an ACK. It waits until all input that has arrived was handled, so that one message carries the ACKs
   * of a whole flood. With a message each, the way back would cost as much as the flood.
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
    // The first waiting ACK schedules sending; later ones leave together with it.
    if (this.#acks.size === 1) this.#clock.soon(() => this.#schedule());
  }

  /** Tells the sender that this queue has something to send. The sender calls emit() on it when there is room. */
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

  /** The socket has drained a little. Transports report it for each message, possibly within their own send(). */
  drained(): void {
    if (!this.#poll.isSet) return;
    this.#poll.clear();
    this.#schedule();
  }

  /** Sends as much as the socket takes at the moment. */
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

  /** The next message, and a PING that goes right behind it as a message of its own. */
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
    // Usually all frames fit. Then a new array is cheaper than splice(), which would copy all of them.
    this.#frames = taken === this.#frames.length ? [] : this.#frames.slice(taken);
  }

  /** Adds frames of send queues while there is room for a whole frame, and time. */
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

  /** Adds the next frame of the queue whose turn it is. Returns its size in bytes. */
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
    // The queue may have been removed while it made this frame.
    if (flood && this.#queues.get(queue) === state) this.#line(queue, state, this.#floods);
    return frame.length;
  }
}
