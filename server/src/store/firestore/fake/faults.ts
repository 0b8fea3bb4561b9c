/** What goes wrong with the next calls, as a test says: slow, refused, or carried out and not told. */
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

  /** Each call from now on takes as long before it is carried out; 0: none. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** The next calls are refused with this code, and nothing is done. method: of these only. */
  refuse(code: keyof typeof status, times: number, method?: Method): void {
    const refusal = new Refusal(status[code], `${code}, as a test wants it`);
    this.#add(times, method, () => {
      throw refusal;
    });
  }

  /** The next calls are carried out, then the answer is lost: the client hears that the connection broke. */
  loseReplies(times: number, method: Method = 'Commit'): void {
    this.#add(times, method, (work) => {
      work();
      throw lostReply();
    });
  }

  /** What happens with the next call of this method; work: carries it out. */
  next(method: Method, play: Trick['play']): void {
    this.#add(1, method, play);
  }

  /** Carries a call out, or does what a test wants instead. */
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

/** What a client hears whose connection broke. */
export function lostReply(): Refusal {
  return new Refusal(status.UNAVAILABLE, 'The answer was lost, as a test wants it');
}
