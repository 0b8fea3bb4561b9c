/** Joins two channel numbers on two legs to one channel, with a hop in each direction. */
import type { Leg } from '../leg/index.ts';
import { ERRORS, type ErrorCode, FrameType } from '../wire/index.ts';
import type { Budget } from './budget.ts';
import { detached, Hop } from './hop.ts';
import { HopQueue } from './hop-queue.ts';

export interface Joined {
  /** Ends the hop and tells both sides that the channel is over, for example because a permission was revoked. */
  reset(code: ErrorCode, message: string): void;
  /** Ends the hop and tells both sides to attach again. */
  detach(code: ErrorCode): void;
}

export interface JoinOptions {
  /** The user that the channel belongs to. On each leg, the channels of one group share a turn. */
  group?: string;
  /** Limits the bytes that wait in this hop, together with those of other hops. */
  budget?: Budget;
  /** Called for each frame that passes, with its size in bytes. */
  frame?: (bytes: number) => void;
  /** Called when the budget for queued bytes was used up, and this channel had to be dropped. */
  purged?: () => void;
  end?: () => void;
}

/**
 * Makes one channel of number `aCh` on leg `a` and number `bCh` on leg `b`. The hop ends by itself when either leg
 * closes (the other side gets DETACHED), when a RESET or DETACHED passes, or when the budget drops its queue. It does
 * not forward a repeated OPEN: the leg's handler gets every OPEN, finds the Hop by leg.portOf(ch), and may forward it
 * with fresh auth.
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
