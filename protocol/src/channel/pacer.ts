/**
 * When a channel's end sends, and how much it lets be on the way: no more than the path carries, so that what is written
 * later, or skipped, does not wait behind it; and floods not in crumbs.
 */

import { CongestionWindow, type Mark } from '../leg/index.ts';
import type { Clock } from '../time/index.ts';

/** The queue that a channel leaves on its path, ms: what a screen may lag behind its program on a slow line. */
const QUEUE_MS = 100;
const MIN_QUEUE = 8 * 1024;
/** On the way before the path was measured: as much as is acknowledged at once. */
const FIRST_FLIGHT = 32 * 1024;
/** A source that gave this much without a pause is a flood: what it writes is gathered. */
const FLOOD = 16 * 1024;
const PAUSE_MS = 100;
/** Less room than this is waited for more, while anything is on the way. */
const CRUMB = 1024;
/**
 * A frame is at most this share of what may be on the way. It arrives, and is acknowledged, as a whole: were all of it one
 * frame, the path would stand idle from the last byte to the answer, be measured as slow as that, and never be filled.
 */
const FRAME_SHARE = 4;
/** Gathered bytes that go at once, and how long fewer of them wait, ms. */
const RIPE = 64 * 1024;
const GATHER_MS = 50;

/** A frame on the way: where it begins and ends in the stream, what it took on the wire, and what was known when it went. */
interface Sent {
  readonly from: number;
  readonly upTo: number;
  readonly onWire: number;
  readonly wire: Mark;
  readonly whole: Mark;
}

export interface PacerOptions {
  clock: Clock;
  /** The most that credit will ever allow to be on the way. */
  window: number;
  /** What was gathered is to be sent. */
  go: () => void;
}

export class Pacer {
  readonly #options: PacerOptions;
  /**
   * The same way twice: in bytes on the wire, and as the other end gets them. Deflated bytes are few on the wire, and what
   * follows them may not be; behind the other end, a raw socket or a page that draws has to take them all.
   */
  #wire: CongestionWindow;
  #whole: CongestionWindow;
  /** Offsets on the way, and what was known when they were sent. */
  #marks: Sent[] = [];
  /** Bytes sent since the last pause of the source, and when it paused. */
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

  /** Bytes that a frame may have now: on the wire, and before they are deflated. empty: nothing is on the way. */
  room(empty: boolean): { wire: number; whole: number } {
    const wire = frameOf(this.#wire, empty);
    const whole = frameOf(this.#whole, empty);
    return empty || Math.min(wire, whole) >= CRUMB ? { wire, whole } : { wire: 0, whole: 0 };
  }

  /** Another path, of which nothing is known. */
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

  /** Whether a source with so many bytes is to be asked for them now; if not, go() is called in a while. */
  ready(pending: number): boolean {
    const { clock, go } = this.#options;
    // A source that did not run dry has waited for room: what it wrote meanwhile is gathered.
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

  /** Bytes up to an offset were sent, and took so many on the wire: deflated, that may be a hundredth. */
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

  /** The source had nothing more. */
  dry(): void {
    this.#dryAt ??= this.#options.clock.now();
    this.#wire.idle();
    this.#whole.idle();
  }

  /** Everything below this offset was used at the other end. */
  confirmed(upTo: number): void {
    let passed = 0;
    while (passed < this.#marks.length && this.#marks[passed]!.upTo <= upTo) passed++;
    const next = this.#marks[passed];
    const last = next && next.from < upTo ? next : this.#marks[passed - 1];
    if (!last) return;
    if (passed > 0) this.#marks.splice(0, passed);
    // A hop may have cut it: what is there of it counts, or a large frame would be sent, and awaited, one by one.
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
