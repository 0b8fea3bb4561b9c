/**
 * A hop passes the frames of a channel from one leg to another. Each frame gets the channel number of the
 * next leg.
 */
import type { Leg, Port } from '../leg/index.ts';
import { ERRORS, type ErrorCode, type FrameOf, FrameType, frameAt, patchChannel } from '../wire/index.ts';
import type { HopQueue } from './hop-queue.ts';

/**
 * Frames that are shorter than this many bytes are copied. A view of a short frame would keep the whole
 * WebSocket message in memory while the frame waits.
 */
const COPY_BELOW = 4 * 1024;

/**
 * Control frames of a channel. Their order relative to data frames does not matter, so they may overtake data
 * frames.
 */
const STEERING: ReadonlySet<number> = new Set([
  FrameType.OPEN,
  FrameType.ACCEPT,
  FrameType.ACK,
  FrameType.RESET,
  FrameType.DETACHED,
]);

/** One direction of a hop. Receives the frames of a channel on one leg and sends them on another leg. */
export class Hop implements Port {
  readonly leg: Leg;
  readonly ch: number;
  readonly #queue: HopQueue;
  readonly #unbind: () => void;
  readonly #onFrame: ((bytes: number) => void) | undefined;

  constructor(leg: Leg, ch: number, queue: HopQueue, unbind: () => void, onFrame?: (bytes: number) => void) {
    this.leg = leg;
    this.ch = ch;
    this.#queue = queue;
    this.#unbind = unbind;
    this.#onFrame = onFrame;
  }

  receive(type: number, message: Uint8Array, start: number, end: number): void {
    // The frame gets the number that its channel has on the next leg. A relay changes nothing else.
    patchChannel(message, start, this.ch);
    const frame = this.#own(message, start, end);
    if (STEERING.has(type)) this.leg.forward(frame);
    else this.#queue.push(frame);
    this.#onFrame?.(end - start);
    if (endsHop(type, message, start)) this.#unbind();
  }

  lost(code: ErrorCode): void {
    this.#unbind();
    if (this.leg.open) this.leg.send(detached(this.ch, code));
  }

  /**
   * Sends DETACHED with GOING_AWAY, which asks the opener to attach over another path. Until the channel has
   * moved, this hop still forwards its frames.
   */
  vacate(): void {
    if (this.leg.open) this.leg.send(detached(this.ch, 'GOING_AWAY'));
  }

  #own(message: Uint8Array, start: number, end: number): Uint8Array {
    const size = end - start;
    const pins = size < message.length && (size < COPY_BELOW || this.leg.held);
    const frame = message.subarray(start, end);
    return pins ? new Uint8Array(frame) : frame;
  }
}

export function detached(ch: number, code: ErrorCode): FrameOf<typeof FrameType.DETACHED> {
  return { type: FrameType.DETACHED, ch, code: ERRORS[code].number };
}

function endsHop(type: number, message: Uint8Array, start: number): boolean {
  if (type !== FrameType.DETACHED) return type === FrameType.RESET;
  const frame = frameAt(message, start) as FrameOf<typeof FrameType.DETACHED>;
  return frame.code !== ERRORS.GOING_AWAY.number;
}
