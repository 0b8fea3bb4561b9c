/**
 * What one leg sends next: what steers first, then queues with little to say, then floods, as fast as the socket takes it
 * and no faster than the path carries it.
 */
import { Alarm, type Clock } from '../time/index.ts';
import { FrameMemory, MAX_DATA } from '../wire/index.ts';
import { Bundle } from './bundle.ts';
import { CongestionControl } from './congestion-control.ts';
import { FairQueue } from './fair-queue.ts';
import type { SendQueue } from './send-queue.ts';

/** Stop handing bytes to a socket that holds this many unsent: they could no longer be overtaken. */
const HIGH_WATER = 64 * 1024;
/** Browsers do not tell when a socket drained, so a full one is looked at again after this long. */
const POLL_MS = 10;
/** Making frames may take time, which deflate does: after so many ms in one go, whoever else has something to do is let. */
const SLICE_MS = 2;
/**
 * A message this long takes no more frames of queues, nor a PING. Small ones share what a message costs; a large one goes
 * alone, since those that share a message are copied here and at every hop.
 */
const FULL = 8 * 1024;
/** A queue that has sent this much without a pause, or has it waiting, is a flood. */
const FLOOD = 16 * 1024;
/** This long without anything to send is a pause. */
const PAUSE_MS = 100;
/** A flood gets one frame after so many bytes of queues that come first, or they could keep it waiting for ever. */
const SHARE = 64 * 1024;

/** The socket below a leg. */
export interface Transport {
  /** done: the bytes were taken, and may be written over. It is not called where they are kept. */
  send(message: Uint8Array, done?: () => void): void;
  close(code: number, reason: string): void;
  /** Bytes accepted by send() and not yet handed to the kernel. */
  readonly buffered: number;
  /** What is sent between these two goes to the kernel together: one call, and one process woken, for many messages. */
  cork?(): void;
  uncork?(): void;
}

export interface SenderOptions {
  transport: Transport;
  clock: Clock;
  /** Makes a PING to be sent; `answered` is called when its PONG comes. */
  ping: (answered: () => void) => Uint8Array;
}

/** A frame outside of queues. */
interface Waiting {
  frame: Uint8Array;
  readonly ackOf: number | undefined;
}

interface Standing {
  fair: FairQueue | undefined;
  /** Bytes sent since the last pause. */
  burst: number;
  /** When it last had nothing more to send. */
  dryAt: number;
}

export class Sender {
  readonly #transport: Transport;
  readonly #clock: Clock;
  #frames: Waiting[] = [];
  #queued = 0;
  /** The ACK of each channel that waits: a newer one says all that it did, and takes its place. */
  readonly #acks = new Map<number, Waiting>();
  readonly #queues = new Map<SendQueue, Standing>();
  readonly #first = new FairQueue();
  readonly #floods = new FairQueue();
  readonly #congestion: CongestionControl;
  readonly #memory = new FrameMemory();
  /** Bytes that came first since a flood had its turn. */
  #sinceFlood = 0;
  #scheduled = false;
  /** Set while the socket is full. */
  readonly #poll: Alarm;
  /** Set between two slices. */
  #cancelSlice: (() => void) | undefined;
  #stopped = false;

  constructor({ transport, clock, ping }: SenderOptions) {
    this.#transport = transport;
    this.#clock = clock;
    this.#poll = new Alarm(clock, () => this.flush());
    this.#congestion = new CongestionControl({ clock, ping, opened: () => this.flush() });
  }

  /** Bytes of whole frames outside queues that wait for the socket to take them. */
  get queued(): number {
    return this.#queued;
  }

  /** What is queued now stays for a while. */
  get held(): boolean {
    return this.#poll.isSet || !this.#floods.empty;
  }

  /** Queues a frame that goes before all queues. What is pushed in one turn of the event loop goes out as one message. */
  push(frame: Uint8Array): void {
    if (this.#stopped) return;
    this.#hold({ frame, ackOf: undefined });
    this.#schedule();
  }

  /**
   * The same for an ACK, but it waits for those of all that has arrived: with one message for each of a flood's, the way
   * back would cost as much as the flood.
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
    // With the first of them the others go.
    if (this.#acks.size === 1) this.#clock.soon(() => this.#schedule());
  }

  /** The queue has something to send and will be asked for it. */
  want(queue: SendQueue): void {
    if (this.#stopped) return;
    let standing = this.#queues.get(queue);
    if (!standing) {
      standing = { fair: undefined, burst: 0, dryAt: 0 };
      this.#queues.set(queue, standing);
    }
    if (standing.fair === undefined) {
      if (standing.burst > 0 && this.#clock.now() - standing.dryAt >= PAUSE_MS) standing.burst = 0;
      this.#line(queue, standing, standing.burst > FLOOD ? this.#floods : this.#first);
    }
    if (standing.fair === this.#first && queue.queued > FLOOD) this.#line(queue, standing, this.#floods);
    this.#schedule();
  }

  forget(queue: SendQueue): void {
    this.#queues.get(queue)?.fair?.delete(queue);
    this.#queues.delete(queue);
  }

  /** The socket's fair went down. It says so for each message, and perhaps within its own send(). */
  drained(): void {
    if (!this.#poll.isSet) return;
    this.#poll.clear();
    this.#schedule();
  }

  /** Sends what the socket takes now. */
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

  #hold(waiting: Waiting): void {
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

  #line(queue: SendQueue, standing: Standing, fair: FairQueue): void {
    standing.fair?.delete(queue);
    standing.fair = fair;
    fair.add(queue);
  }

  /** What goes next, and a PING that is to go right behind it, where it is not in it. */
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
    // Emptied in place of spliced: the common case is that everything fits, and a splice of all costs a copy.
    this.#frames = taken === this.#frames.length ? [] : this.#frames.slice(taken);
  }

  /** Frames of queues, as long as there is room for a whole one, and time. */
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

  /** The next frame of whoever's turn it is; its size. */
  #serve(fair: FairQueue, message: Bundle, maxData: number): number {
    const queue = fair.next;
    const standing = this.#queues.get(queue)!;
    const frame = queue.emit(maxData, this.#memory);
    if (fair === this.#first) this.#congestion.others();
    if (frame === undefined) {
      fair.delete(queue);
      standing.fair = undefined;
      standing.dryAt = this.#clock.now();
      return 0;
    }
    message.add(frame);
    fair.charge(queue, frame.length);
    standing.burst += frame.length;
    const flood = fair === this.#first && standing.burst > FLOOD;
    // Its own frame may have ended it.
    if (flood && this.#queues.get(queue) === standing) this.#line(queue, standing, this.#floods);
    return frame.length;
  }
}
