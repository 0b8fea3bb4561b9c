/** Joins two channel numbers on two legs into one channel, with a hop in each direction. */
import type { Leg } from '../leg/index.ts';
import { ERRORS, type ErrorCode, FrameType } from '../wire/index.ts';
import type { Budget } from './budget.ts';
import { detached, Hop } from './hop.ts';
import { HopQueue } from './hop-queue.ts';

export interface Joined {
  /**
   * Ends the hop and tells both sides that the channel has ended, for example because a permission was
   * revoked.
   */
  reset(code: ErrorCode, message: string): void;
  /** Ends the hop and tells both sides that the channel must be attached again. */
  detach(code: ErrorCode): void;
}

export interface JoinOptions {
  /**
   * The user to whom the channel belongs. On each leg, all channels of one user share one turn of the fair
   * queue. So a user with many channels cannot send more than a user with one channel.
   */
  group?: string;
  /** A limit that several hops share: at most this many bytes may wait in all of these hops together. */
  budget?: Budget;
  /** Called for each frame that is forwarded, with its size in bytes. */
  frame?: (bytes: number) => void;
  /**
   * Called when too many bytes were waiting in all hops, and this channel was dropped because its queue was
   * the longest.
   */
  purged?: () => void;
  end?: () => void;
}

/**
 * Joins number `aCh` on leg `a` and number `bCh` on leg `b` into one channel. The hop ends in each of these
 * cases:
 * - A leg closes. The other side then gets DETACHED.
 * - The hop's queue is dropped.
 * - A RESET or DETACHED passes, except DETACHED with GOING_AWAY.
 * A repeated OPEN is not forwarded here. The leg's handler gets it, finds the hop with leg.portOf(ch), and
 * may forward it with new `auth` metadata.
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
