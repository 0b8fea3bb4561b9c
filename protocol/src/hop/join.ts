/** Joins two channel numbers on two legs to one channel: a hop in each direction. */
import type { Leg } from '../leg/index.ts';
import { ERRORS, type ErrorCode, FrameType } from '../wire/index.ts';
import type { Budget } from './budget.ts';
import { detached, Hop } from './hop.ts';
import { HopQueue } from './hop-queue.ts';

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
    { leg: a, ch: aCh, queue: queueTo(a) },
    { leg: b, ch: bCh, queue: queueTo(b) },
  ] as const;
  const [toA, toB] = sides;

  function queueTo(leg: Leg): HopQueue {
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
    for (const { leg, ch, queue } of sides) {
      leg.unbind(ch);
      queue.end();
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

  a.bind(aCh, new Hop(b, bCh, toB.queue, unbind, frame));
  b.bind(bCh, new Hop(a, aCh, toA.queue, unbind, frame));
  return { reset, detach };
}
