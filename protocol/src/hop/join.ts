/** A hop: two channel numbers on two legs that are one channel. It changes the number and nothing else. */

import type { Leg, Port } from '../leg/index.ts';
import { ERRORS, type ErrorCode, type FrameOf, FrameType, frameAt, patchChannel } from '../wire/index.ts';
import type { Budget } from './budget.ts';
import { HopQueue } from './hop-queue.ts';

/** A smaller part of a message is copied: while it waits to be sent it would keep the whole message in memory. */
const COPY_BELOW = 4 * 1024;

/** They steer a channel, and what they say holds wherever they stand among its bytes: they may overtake these. */
const STEERING: ReadonlySet<number> = new Set([
  FrameType.OPEN,
  FrameType.ACCEPT,
  FrameType.ACK,
  FrameType.RESET,
  FrameType.DETACHED,
]);

/** One direction of a hop: bound on the leg where frames come from, it knows where they go. */
export class Hop implements Port {
  readonly leg: Leg;
  readonly ch: number;
  readonly #lane: HopQueue;
  readonly #unbind: () => void;
  readonly #onFrame: ((bytes: number) => void) | undefined;

  constructor(leg: Leg, ch: number, lane: HopQueue, unbind: () => void, onFrame?: (bytes: number) => void) {
    this.leg = leg;
    this.ch = ch;
    this.#lane = lane;
    this.#unbind = unbind;
    this.#onFrame = onFrame;
  }

  receive(type: number, message: Uint8Array, start: number, end: number): void {
    // The whole work of a relay: the frame leaves under the number that it has on the next leg.
    patchChannel(message, start, this.ch);
    const frame = this.#own(message, start, end);
    if (STEERING.has(type)) this.leg.forward(frame);
    else this.#lane.push(frame);
    this.#onFrame?.(end - start);
    if (endsHop(type, message, start)) this.#unbind();
  }

  lost(code: ErrorCode): void {
    this.#unbind();
    if (this.leg.open) this.leg.send(detached(this.ch, code));
  }

  /** The channel goes on here until the acceptor, attached elsewhere, detaches this number. */
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

function detached(ch: number, code: ErrorCode): FrameOf<typeof FrameType.DETACHED> {
  return { type: FrameType.DETACHED, ch, code: ERRORS[code].number };
}

function endsHop(type: number, message: Uint8Array, start: number): boolean {
  if (type !== FrameType.DETACHED) return type === FrameType.RESET;
  const frame = frameAt(message, start) as FrameOf<typeof FrameType.DETACHED>;
  return frame.code !== ERRORS.GOING_AWAY.number;
}

export interface Joined {
  /** Ends the hop and tells both sides that the channel is over, e.g. because a right was withdrawn. */
  reset(code: ErrorCode, message: string): void;
  /** Ends the hop and tells both sides to attach anew. */
  detach(code: ErrorCode): void;
}

export interface JoinOptions {
  /** Whose channel it is: on each leg its channels share turns with those of others. */
  group?: string;
  /** What waits in the hop counts towards it. */
  budget?: Budget;
  /** A frame passed, of so many bytes. */
  frame?: (bytes: number) => void;
  /** The budget was used up, and this channel had to go. */
  purged?: () => void;
  end?: () => void;
}

/**
 * Makes one channel of `aCh` on leg `a` and `bCh` on leg `b`. Ends by itself when either leg closes (the other side is
 * sent DETACHED), when a RESET or DETACHED passes, or when the budget is used up by it more than by others. A repeated
 * OPEN is not passed on: leg handlers get every OPEN, may look up the Hop by leg.portOf(ch), and send it on with the auth
 * of now.
 */
export function join(a: Leg, aCh: number, b: Leg, bCh: number, options: JoinOptions = {}): Joined {
  const { group = '', budget, frame, purged, end } = options;
  let joined = true;
  const sides = [
    { leg: a, ch: aCh, lane: laneTo(a) },
    { leg: b, ch: bCh, lane: laneTo(b) },
  ] as const;
  const [toA, toB] = sides;

  function laneTo(leg: Leg): HopQueue {
    return new HopQueue({
      leg,
      group,
      budget,
      purged() {
        purged?.();
        detach('RATE_LIMITED');
      },
    });
  }

  function unbind(): void {
    if (!joined) return;
    joined = false;
    for (const { leg, ch, lane } of sides) {
      leg.unbind(ch);
      lane.end();
    }
    end?.();
  }

  function reset(code: ErrorCode, message: string): void {
    if (!joined) return;
    unbind();
    for (const { leg, ch } of sides) {
      if (leg.open) leg.send({ type: FrameType.RESET, ch, code: ERRORS[code].number, message });
    }
  }

  function detach(code: ErrorCode): void {
    if (!joined) return;
    unbind();
    for (const { leg, ch } of sides) {
      if (leg.open) leg.send(detached(ch, code));
    }
  }

  a.bind(aCh, new Hop(b, bCh, toB.lane, unbind, frame));
  b.bind(bCh, new Hop(a, aCh, toA.lane, unbind, frame));
  return { reset, detach };
}
