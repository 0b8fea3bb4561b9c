/**
 * Congestion control of a leg. Limits how many bytes of floods (bulk data) are on the path at once. PINGs
 * that are sent behind these bytes measure the path. The path stays full, but the queue on it stays short, so
 * that a keystroke does not wait long.
 */
import type { Clock } from '../time/index.ts';
import { MAX_DATA } from '../wire/index.ts';
import { CongestionWindow } from './congestion-window.ts';

/**
 * The largest frame of bulk data holds the bytes that the path carries in FRAME_MS, but at least MIN_FRAME
 * bytes.
 */
const FRAME_MS = 10;
const MIN_FRAME = 1024;
/**
 * Length of the queue that floods (bulk data) may leave on the path: QUEUE_MS at the measured rate, but
 * between MIN_QUEUE and MAX_QUEUE bytes.
 */
const QUEUE_MS = 30;
const MIN_QUEUE = 2 * 1024;
const MAX_QUEUE = 256 * 1024;
/**
 * Replaces MAX_QUEUE after ALONE_MS in which only bulk data was sent. No keystroke waits behind the data
 * then, and a longer queue causes fewer wake-ups of the process.
 */
const MAX_QUEUE_ALONE = 2 * 1024 * 1024;
const ALONE_MS = 500;
/** Bytes that may be in flight before the path has been measured. */
const FIRST_FLIGHT = 32 * 1024;
/** The minimum round-trip time of the path is measured again after this many ms. */
const REMEASURE_MS = 10_000;
/**
 * PINGs measure the path. At least this many bytes are sent between two PINGs: the bytes that the path
 * carries in MARK_MS, and at least 1/MARK_SHARE of the congestion window.
 */
const MARK_MS = 0.5;
const MARK_SHARE = 8;
/** If a PING has no answer after this many ms, the peer may have dropped it. Another PING is then sent. */
const LOST_MS = 1_000;

export interface CongestionControlOptions {
  clock: Clock;
  /** Makes a PING frame that the caller sends. `answered` is called when the PONG comes. */
  ping: (answered: () => void) => Uint8Array;
  /** Called when the window may have room for bulk data again. */
  opened: () => void;
}

export class CongestionControl {
  readonly #options: CongestionControlOptions;
  readonly #window: CongestionWindow;
  #othersAt: number;
  #markAt = Number.NEGATIVE_INFINITY;
  #marksOut = 0;
  #sinceMark = 0;
  /** Cancels the timer that runs while bulk data waits because the window is full. */
  #cancelWait: (() => void) | undefined;

  constructor(options: CongestionControlOptions) {
    this.#options = options;
    this.#othersAt = options.clock.now();
    this.#window = new CongestionWindow({
      clock: options.clock,
      queueMs: QUEUE_MS,
      minQueue: MIN_QUEUE,
      maxQueue: MAX_QUEUE,
      initial: FIRST_FLIGHT,
      remeasureMs: REMEASURE_MS,
    });
  }

  /** Number of bytes of bulk data that may be sent now. */
  get room(): number {
    const alone = this.#options.clock.now() - this.#othersAt >= ALONE_MS;
    this.#window.maxQueue = alone ? MAX_QUEUE_ALONE : MAX_QUEUE;
    return this.#window.room;
  }

  /** The most payload bytes that the next frame of bulk data may have. */
  get frameSize(): number {
    const { rate } = this.#window;
    if (rate === undefined) return MIN_FRAME;
    return Math.floor(Math.min(MAX_DATA, Math.max(MIN_FRAME, rate * FRAME_MS)));
  }

  /**
   * The most bytes of one message, whatever frames it contains. A PING can only follow a whole message. On a
   * slow line, a long message would delay the PING, and the path would be measured too late.
   */
  get messageSize(): number {
    const { rate, window } = this.#window;
    if (rate === undefined) return MIN_FRAME;
    return Math.max(MIN_FRAME, window / MARK_SHARE, rate * MARK_MS);
  }

  /**
   * Records that the leg sends a frame of another kind than bulk data, such as a keystroke. For the next
   * ALONE_MS, bulk data leaves only a short queue on the path, so that such frames do not wait long.
   */
  others(): void {
    this.#othersAt = this.#options.clock.now();
  }

  /** Counts this many bytes of a message as sent. */
  passed(bytes: number): void {
    this.#window.sent(bytes);
    this.#sinceMark += bytes;
  }

  /**
   * Returns a PING if the path should be measured now, otherwise undefined. Usually the PING follows a
   * message. If bulk data waits because the window is full, and no PING is unanswered, the PING is sent
   * alone. Otherwise the bulk data would wait forever.
   */
  mark(behind: boolean, floodsWait: boolean): Uint8Array | undefined {
    const { clock, ping, opened } = this.#options;
    const held = floodsWait && this.#window.room <= 0;
    if (held) this.#lookAgain();
    if (!floodsWait) this.#window.idle();
    const now = clock.now();
    if (now - this.#markAt >= LOST_MS) this.#marksOut = 0;
    const due = behind && this.#sinceMark >= this.messageSize;
    if (!due && !(held && this.#marksOut === 0)) return undefined;
    const mark = this.#window.mark();
    this.#markAt = now;
    this.#sinceMark = 0;
    this.#marksOut++;
    return ping(() => {
      this.#marksOut = Math.max(0, this.#marksOut - 1);
      this.#window.arrived(mark);
      opened();
    });
  }

  stop(): void {
    this.#cancelWait?.();
  }

  #lookAgain(): void {
    this.#cancelWait ??= this.#options.clock.after(LOST_MS, () => {
      this.#cancelWait = undefined;
      this.#options.opened();
    });
  }
}
