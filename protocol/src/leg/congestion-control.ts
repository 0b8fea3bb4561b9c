/**
 * Congestion control of a leg. It limits how much bulk data (floods) is on the path at once, measured by PINGs sent
 * behind that data. The path stays full, but without a long queue that a keystroke would have to wait behind.
 */
import type { Clock } from '../time/index.ts';
import { MAX_DATA } from '../wire/index.ts';
import { CongestionWindow } from './congestion-window.ts';

/** Largest frame of a flood: the bytes that the path carries in this many ms, but at least MIN_FRAME. */
const FRAME_MS = 10;
const MIN_FRAME = 1024;
/** Length of the queue that floods may leave on the path: ms at the measured rate, and the limits in bytes. */
const QUEUE_MS = 30;
const MIN_QUEUE = 2 * 1024;
const MAX_QUEUE = 256 * 1024;
/**
 * Replaces MAX_QUEUE once nothing but floods was sent for ALONE_MS: no key waits behind them then, and a longer queue
 * needs fewer wake-ups.
 */
const MAX_QUEUE_ALONE = 2 * 1024 * 1024;
const ALONE_MS = 500;
/** Bytes that may be on the way before the path was measured. */
const FIRST_FLIGHT = 32 * 1024;
/** Interval at which the path's least round trip is measured again, ms. */
const REMEASURE_MS = 10_000;
/** Least distance between two PINGs: the bytes that the path carries in MARK_MS, and 1/MARK_SHARE of the window. */
const MARK_MS = 0.5;
const MARK_SHARE = 8;
/** If a PING is not answered within this time, the peer may have dropped it, so another one is sent, ms. */
const LOST_MS = 1_000;

export interface CongestionControlOptions {
  clock: Clock;
  /** Makes a PING to be sent; `answered` is called when its PONG comes. */
  ping: (answered: () => void) => Uint8Array;
  /** Called when there may be room for floods again. */
  opened: () => void;
}

export class CongestionControl {
  readonly #options: CongestionControlOptions;
  readonly #window: CongestionWindow;
  #othersAt: number;
  #markAt = Number.NEGATIVE_INFINITY;
  #marksOut = 0;
  #sinceMark = 0;
  /** Cancels the timer that runs while floods wait for room in the window. */
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

  /** Bytes of floods that may be sent now. */
  get room(): number {
    const alone = this.#options.clock.now() - this.#othersAt >= ALONE_MS;
    this.#window.maxQueue = alone ? MAX_QUEUE_ALONE : MAX_QUEUE;
    return this.#window.room;
  }

  /** Most payload bytes that the next frame of a flood may have. */
  get frameSize(): number {
    const { rate } = this.#window;
    if (rate === undefined) return MIN_FRAME;
    return Math.floor(Math.min(MAX_DATA, Math.max(MIN_FRAME, rate * FRAME_MS)));
  }

  /**
   * Most bytes of a message, whatever is in it. A message arrives as a whole and is followed by one PING. Behind a long
   * message on a slow line, that PING would measure too late.
   */
  get messageSize(): number {
    const { rate, window } = this.#window;
    if (rate === undefined) return MIN_FRAME;
    return Math.max(MIN_FRAME, window / MARK_SHARE, rate * MARK_MS);
  }

  /** Records that something other than a flood is sent. From now on floods leave only a short queue on the path. */
  others(): void {
    this.#othersAt = this.#options.clock.now();
  }

  /** Counts a message of this many bytes as sent. */
  passed(bytes: number): void {
    this.#window.sent(bytes);
    this.#sinceMark += bytes;
  }

  /**
   * Returns a PING if one is due. It follows a message, early enough to keep the path full. It goes alone if floods
   * would otherwise wait without end.
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
