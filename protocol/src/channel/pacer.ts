/**
 * Pacing of a channel's end. It sends no more than the path carries, so that no queue grows there. Later bytes, or a
 * snapshot in place of skipped ones, then arrive soon. It also joins the small writes of a flood.
 */

import { CongestionWindow, type Mark } from '../leg/index.ts';
import type { Clock } from '../time/index.ts';

/**
 * Length of the queue that a channel leaves on its path, ms. On a slow line a screen may lag behind its program by this
 * much.
 */
const QUEUE_MS = 100;
const MIN_QUEUE = 8 * 1024;
/** Bytes that may be on the way before the path was measured; as many as one ACK confirms. */
const FIRST_FLIGHT = 32 * 1024;
/** A source that gave this many bytes without a pause of PAUSE_MS is a flood: its small writes are collected. */
const FLOOD = 16 * 1024;
const PAUSE_MS = 100;
/** If bytes are on the way and the congestion window has less room than this, the channel waits for more room. */
const CRUMB = 1024;
/**
 * A frame is at most this part of the congestion window. A frame arrives and is acknowledged as a whole. If it filled
 * the window, the path would be idle until the ACK comes, and would be measured as slower than it is.
 */
const FRAME_SHARE = 4;
/** This many collected bytes are sent at once; fewer wait for up to GATHER_MS. */
const RIPE = 64 * 1024;
const GATHER_MS = 50;

/** A frame on the way: its first and last offset in the stream, its size on the wire, and the marks of both windows. */
interface Sent {
  readonly from: number;
  readonly upTo: number;
  readonly onWire: number;
  readonly wire: Mark;
  readonly whole: Mark;
}

export interface PacerOptions {
  clock: Clock;
  /** Most bytes that the peer's credit will ever allow to be on the way. */
  window: number;
  /** Called when the collected small writes should be sent. */
  go: () => void;
}

export class Pacer {
  readonly #options: PacerOptions;
  /**
   * Two congestion windows of the same path: one counts bytes on the wire, one counts inflated bytes. Deflated bytes may
   * be few on the wire, but the reader, such as a page that draws, must handle all of them.
   */
  #wire: CongestionWindow;
  #whole: CongestionWindow;
  /** Frames on the way, in order. */
  #marks: Sent[] = [];
  /** Bytes that the source has sent since its last pause, and the time since when it has had none. */
  #burst = 0;
  #dryAt: number | undefined;
  #cancelGather: (() => void) | undefined;

  constructor(options: PacerOptions) {
    this.#options = options;
    this.#wire = this.#newWindow();
    this.#whole = this.#newWindow();
  }

  get gathers(): boolean {
    return this.#cancelGather !== undefined;
  }

  /**
   * Size of the next frame: most bytes on the wire, and most bytes before compression. empty: no bytes are on the way.
   */
  room(empty: boolean): { wire: number; whole: number } {
    const wire = frameOf(this.#wire, empty);
    const whole = frameOf(this.#whole, empty);
    return empty || Math.min(wire, whole) >= CRUMB ? { wire, whole } : { wire: 0, whole: 0 };
  }

  /** Starts measuring again: the channel has a new path, of which nothing is known. */
  restart(): void {
    this.#wire = this.#newWindow();
    this.#whole = this.#newWindow();
    this.#marks = [];
    this.stop();
  }

  stop(): void {
    this.#cancelGather?.();
    this.#cancelGather = undefined;
  }

  /** Whether to send now, with this many bytes pending. If not, go() is called later. */
  ready(pending: number): boolean {
    const { clock, go } = this.#options;
    // The source has more bytes and has waited for room; its small writes were collected meanwhile.
    const held = this.#dryAt === undefined;
    if (held || this.#burst <= FLOOD || this.#paused || pending === 0 || pending >= RIPE) {
      this.stop();
      return true;
    }
    this.#cancelGather ??= clock.after(GATHER_MS, () => {
      this.#cancelGather = undefined;
      go();
    });
    return false;
  }

  /** Records a frame: its end offset, its raw bytes, and its bytes on the wire (deflated, perhaps a hundredth). */
  sent(upTo: number, bytes: number, onWire: number): void {
    this.stop();
    if (this.#paused) this.#burst = 0;
    this.#dryAt = undefined;
    this.#burst += bytes;
    this.#wire.sent(onWire);
    this.#whole.sent(bytes);
    this.#marks.push({
      from: upTo - bytes,
      upTo,
      onWire,
      wire: this.#wire.mark(),
      whole: this.#whole.mark(),
    });
  }

  /** The source has nothing more to send. */
  dry(): void {
    this.#dryAt ??= this.#options.clock.now();
    this.#wire.idle();
    this.#whole.idle();
  }

  /** The other end has consumed everything below this offset. */
  confirmed(upTo: number): void {
    let passed = 0;
    while (passed < this.#marks.length && this.#marks[passed]!.upTo <= upTo) passed++;
    const next = this.#marks[passed];
    const last = next && next.from < upTo ? next : this.#marks[passed - 1];
    if (!last) return;
    if (passed > 0) this.#marks.splice(0, passed);
    // A hop may have split the frame. The part that arrived counts; otherwise large frames would be sent one at a time.
    const missing = Math.max(0, last.upTo - upTo);
    const missingOnWire = (last.onWire * missing) / (last.upTo - last.from);
    this.#wire.arrived(last.wire, missingOnWire);
    this.#whole.arrived(last.whole, missing);
  }

  get #paused(): boolean {
    return this.#dryAt !== undefined && this.#options.clock.now() - this.#dryAt >= PAUSE_MS;
  }

  #newWindow(): CongestionWindow {
    const { clock, window } = this.#options;
    return new CongestionWindow({
      clock,
      queueMs: QUEUE_MS,
      minQueue: MIN_QUEUE,
      maxQueue: window,
      initial: FIRST_FLIGHT,
      remeasureMs: Number.POSITIVE_INFINITY,
    });
  }
}

function frameOf({ window, room }: CongestionWindow, empty: boolean): number {
  return Math.floor(Math.min(empty ? window : room, window / FRAME_SHARE));
}
