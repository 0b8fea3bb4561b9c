/**
 * Paces one end of a channel: the end sends no more than the path carries. Otherwise a long queue would grow
 * on the path, and newer bytes would arrive late behind it. The pacer also joins the small writes of a flood
 * (bulk output).
 */

import { CongestionWindow, type Mark } from '../leg/index.ts';
import type { Clock } from '../time/index.ts';
import type { ChannelKindName } from '../wire/index.ts';

/**
 * False for the kinds whose source paces itself. A VNC server measures the path with fences, and waits for answers
 * between two pictures. Taken for the pace of the path, these pauses would shrink the congestion window to a part of
 * a picture. Only the peer's credit limits such a channel.
 */
const PACED: Record<ChannelKindName, boolean> = {
  terminal: true,
  control: true,
  vnc: false,
  tcp: true,
  blob: true,
  egress: true,
  cdp: true,
  desktop: true,
};
const UNLIMITED = { wire: Number.POSITIVE_INFINITY, whole: Number.POSITIVE_INFINITY };

/**
 * Length in ms of the queue that a channel may leave on its path. On a slow line, a screen may show a
 * program's output this much later.
 */
const QUEUE_MS = 100;
const MIN_QUEUE = 8 * 1024;
/**
 * Bytes that may be in flight before the path has been measured. One ACK usually confirms about this many
 * bytes.
 */
const FIRST_FLIGHT = 32 * 1024;
/**
 * A source that has sent this many bytes without a pause of PAUSE_MS is a flood (bulk output). Its small
 * writes are then collected.
 */
const FLOOD = 16 * 1024;
const PAUSE_MS = 100;
/**
 * If bytes are in flight and the congestion window has room for fewer bytes than this, the channel waits for
 * more room.
 */
const CRUMB = 1024;
/**
 * A frame takes at most this fraction (1/n) of the congestion window. The peer acknowledges a frame as a
 * whole. If one frame filled the window, the path would be idle until the ACK comes, and the measured rate
 * would be too low.
 */
const FRAME_SHARE = 4;
/** This many collected bytes are sent at once. Fewer bytes wait for up to GATHER_MS. */
const RIPE = 64 * 1024;
const GATHER_MS = 50;

/**
 * A sent frame that the peer has not confirmed yet: its start and end offset in the stream, its size on the
 * wire, and a mark (its position in the sent bytes) for each of the two congestion windows.
 */
interface Sent {
  readonly from: number;
  readonly upTo: number;
  readonly onWire: number;
  readonly wire: Mark;
  readonly whole: Mark;
}

export interface PacerOptions {
  clock: Clock;
  kind: ChannelKindName;
  /** The most bytes in flight that the peer's credit will ever allow. */
  window: number;
  /** Called when the collected small writes should be sent. */
  go: () => void;
}

export class Pacer {
  readonly #options: PacerOptions;
  /**
   * Two congestion windows of the same path: one counts bytes on the wire, the other counts uncompressed
   * bytes. Even if deflate leaves few bytes on the wire, the receiver, such as a page that draws, must
   * process all of them.
   */
  #wire: CongestionWindow;
  #whole: CongestionWindow;
  /** The frames in flight, in the order of sending. */
  #marks: Sent[] = [];
  /**
   * How many bytes the application has sent on this channel since its last pause, and the time when it had no
   * more bytes to send.
   */
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
   * Returns the size limits of the next frame: bytes on the wire, and bytes before compression. `empty` is
   * true if no bytes are in flight.
   */
  room(empty: boolean): { wire: number; whole: number } {
    if (!PACED[this.#options.kind]) return UNLIMITED;
    const wire = frameOf(this.#wire, empty);
    const whole = frameOf(this.#whole, empty);
    return empty || Math.min(wire, whole) >= CRUMB ? { wire, whole } : { wire: 0, whole: 0 };
  }

  /** Forgets all measurements, because the channel has a new path that was not measured yet. */
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

  /**
   * Returns true if the `pending` bytes should be sent now. Otherwise the callback go() is called when they
   * should be sent.
   */
  ready(pending: number): boolean {
    const { clock, go } = this.#options;
    // True if the source has had bytes to send since the last frame. While these bytes waited for the path,
    // small writes were already joined, so no further wait is needed.
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

  /**
   * Records a sent frame: its end offset, its uncompressed bytes, and its bytes on the wire. After deflate,
   * the bytes on the wire may be a hundred times fewer.
   */
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

  /** Records that the source has nothing more to send. */
  dry(): void {
    this.#dryAt ??= this.#options.clock.now();
    this.#wire.idle();
    this.#whole.idle();
  }

  /** Records that the other end has consumed all bytes below this offset. */
  confirmed(upTo: number): void {
    let passed = 0;
    while (passed < this.#marks.length && this.#marks[passed]!.upTo <= upTo) passed++;
    const next = this.#marks[passed];
    const last = next && next.from < upTo ? next : this.#marks[passed - 1];
    if (!last) return;
    if (passed > 0) this.#marks.splice(0, passed);
    // If a hop has split a large frame, the peer may confirm the first part earlier, and that part counts at
    // once. Otherwise the sender would wait for each large frame to arrive whole before it sends the next.
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
