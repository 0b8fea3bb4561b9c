/**
 * Faults that a test adds to the next calls of the fake Firestore server: delays, errors and lost replies.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { Refusal } from './refusal.ts';

export type Method = 'BatchGetDocuments' | 'RunQuery' | 'Commit' | 'BeginTransaction' | 'Rollback';

interface Trick {
  method: Method | undefined;
  left: number;
  play: (work: () => void) => Promise<void> | void;
}

export class Faults {
  readonly #tricks = new Set<Trick>();
  #delayMs = 0;

  /** From now on, delays every call by this time, ms. 0 ends the delay. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /**
   * Refuses the next calls with this error code and does not apply them. If `method` is given, only calls of
   * this method are refused.
   */
  refuse(code: keyof typeof status, times: number, method?: Method): void {
    const refusal = new Refusal(status[code], `${code}, injected by a test`);
    this.#add(times, method, () => {
      throw refusal;
    });
  }

  /** Applies the next calls but drops their replies. The client sees a broken connection. */
  loseReplies(times: number, method: Method = 'Commit'): void {
    this.#add(times, method, (work) => {
      work();
      throw lostReply();
    });
  }

  /**
   * Runs the test's function `play` instead of the next call of this Firestore method. `play` may still carry
   * out the call. For this, it calls its argument `work`.
   */
  next(method: Method, play: Trick['play']): void {
    this.#add(1, method, play);
  }

  /** Applies a call, or runs the fault that a test has prepared for the call. */
  async around(method: Method, work: () => void): Promise<void> {
    if (this.#delayMs > 0) await delay(this.#delayMs);
    const trick = [...this.#tricks].find((each) => each.method === undefined || each.method === method);
    if (!trick) return work();
    trick.left -= 1;
    if (trick.left === 0) this.#tricks.delete(trick);
    await trick.play(work);
  }

  #add(times: number, method: Method | undefined, play: Trick['play']): void {
    this.#tricks.add({ method, left: times, play });
  }
}

/** Returns the error that a client sees if the connection breaks before the reply. */
export function lostReply(): Refusal {
  return new Refusal(status.UNAVAILABLE, 'The reply was lost, injected by a test');
}
