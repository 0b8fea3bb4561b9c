/**
 * How much of its floods a leg lets go: PINGs behind them tell how fast the path is and how long, and no more is sent than
 * fills it, so that whatever comes next does not stand behind a queue that nobody can overtake.
 */
import type { Clock } from '../time/index.ts';
import { MAX_DATA } from '../wire/index.ts';
import { CongestionWindow } from './congestion-window.ts';

/** A flood's frame takes the path this long, ms, but it is never smaller than this. */
const FRAME_MS = 10;
const MIN_FRAME = 1024;
/** Floods leave this queue on the path, ms, and at least and at most so many bytes of it. */
const QUEUE_MS = 30;
const MIN_QUEUE = 2 * 1024;
const MAX_QUEUE = 256 * 1024;
/** So many where nothing but floods went for this long, ms: no key waits behind them, and fewer wake-ups carry more. */
const MAX_QUEUE_ALONE = 2 * 1024 * 1024;
const ALONE_MS = 500;
/** On the way before the path was measured. */
const FIRST_FLIGHT = 32 * 1024;
/** The path's least round trip is measured anew this often. */
const REMEASURE_MS = 10_000;
/** PINGs come no closer together than this: ms at the measured rate, and share of the flight. */
const MARK_MS = 0.5;
const MARK_SHARE = 8;
/** A PING that is not answered in this time may have been left out by the peer: another one is sent, ms. */
const LOST_MS = 1_000;

export interface CongestionControlOptions {
  clock: Clock;
  /** Makes a PING to be sent; `answered` is called when its PONG comes. */
  ping: (answered: () => void) => Uint8Array;
  /** There may be room again. */
  opened: () => void;
}

export class CongestionControl {
  readonly #options: CongestionControlOptions;
  readonly #window: CongestionWindow;
  #othersAt: number;
  #markAt = Number.NEGATIVE_INFINITY;
  #marksOut = 0;
  #sinceMark = 0;
  /** Set while floods wait. */
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

  /** Bytes of floods that may go now. */
  get room(): number {
    const alone = this.#options.clock.now() - this.#othersAt >= ALONE_MS;
    this.#window.maxQueue = alone ? MAX_QUEUE_ALONE : MAX_QUEUE;
    return this.#window.room;
  }

  /** Bytes that a flood's next frame should have at most. */
  get frameSize(): number {
    const { rate } = this.#window;
    if (rate === undefined) return MIN_FRAME;
    return Math.floor(Math.min(MAX_DATA, Math.max(MIN_FRAME, rate * FRAME_MS)));
  }

  /**
   * What a message should have at most, whatever is in it. It arrives as a whole, and has one PING behind it: on a slow line
   * that of a long one would say when the last of it came, and nothing sooner.
   */
  get messageSize(): number {
    const { rate, window } = this.#window;
    if (rate === undefined) return MIN_FRAME;
    return Math.max(MIN_FRAME, window / MARK_SHARE, rate * MARK_MS);
  }

  /** Something that is no flood goes: floods are to leave it a short queue. */
  others(): void {
    this.#othersAt = this.#options.clock.now();
  }

  /** A message of so many bytes goes. */
  passed(bytes: number): void {
    this.#window.sent(bytes);
    this.#sinceMark += bytes;
  }

  /**
   * The PING to go behind a message, or alone, if one is due: in time for more to follow, and again if floods would wait for
   * ever.
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
