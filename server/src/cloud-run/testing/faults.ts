/** How the fake misbehaves. A test adds faults for the next calls, starts and cancellations. */

import { status } from '@grpc/grpc-js';
import type { Clock } from '@unicore/protocol';
import { Refusal } from './refusal.ts';

export type Method =
  | 'CreateJob'
  | 'GetJob'
  | 'ListJobs'
  | 'DeleteJob'
  | 'GetExecution'
  | 'ListExecutions'
  | 'CancelExecution'
  | 'GetOperation'
  | 'WaitOperation';

/** What goes wrong when one execution starts. */
export interface StartFault {
  /** The execution is created this long after its job, ms. */
  createMs?: number;
  /** The container starts this long after the execution, ms. */
  delayMs?: number;
  /** What the execution says while it waits. */
  waiting?: string;
  /** The container never starts. `reason` is one of Google's reasons, such as CONTAINER_MISSING. */
  fail?: { message: string; reason?: string };
  /** The container is killed this long after its start, ms. */
  dieMs?: number;
}

export type CancelFault =
  /** The call succeeds and nothing happens. */
  | 'ignore'
  /** The container gets SIGKILL at once, and no SIGTERM. */
  | 'kill';

/** What DeleteJob does while an execution is live. */
export type DeleteWhileLive =
  | 'refuse'
  /** The call succeeds, but its operation fails and the job stays. */
  | 'fail'
  /** The job and its executions vanish, but the container runs on until it has obeyed SIGTERM. */
  | 'vanish';

interface CallFault {
  method: Method | undefined;
  left: number;
  play: (work: () => void) => Promise<void> | void;
}

export class Faults {
  /** Lists show what was true this long ago, ms. */
  lagMs = 0;
  /** Executions that ended longer ago than this can no longer be seen, ms. */
  keepMs = Number.POSITIVE_INFINITY;
  deleteWhileLive: DeleteWhileLive = 'refuse';
  /** What DeleteJob has done while an execution was live, oldest first. */
  readonly deletions: DeleteWhileLive[] = [];
  /** A deleted job can be seen this much longer, with its time of deletion, ms. */
  deletionMs = 0;
  readonly #clock: Clock;
  readonly #calls = new Set<CallFault>();
  readonly #starts: StartFault[] = [];
  readonly #cancels: CancelFault[] = [];
  #delayMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From now on, delays every call by this time, ms. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** Refuses the next calls and carries none of them out. */
  refuse(code: keyof typeof status, times: number, method?: Method, details = `${code} by a test`): void {
    this.#add(times, method, () => {
      throw new Refusal(status[code], details);
    });
  }

  /** Carries the next calls out, but loses the replies. */
  loseReplies(times: number, method: Method = 'CreateJob'): void {
    this.#add(times, method, (work) => {
      work();
      throw new Refusal(status.UNAVAILABLE, 'The reply was lost, by a test');
    });
  }

  /** Loses the next calls: none is carried out. */
  loseRequests(times: number, method: Method = 'CreateJob'): void {
    this.refuse('UNAVAILABLE', times, method, 'The request was lost, by a test');
  }

  /** Carries the next calls out and never answers. */
  hang(times: number, method: Method): void {
    this.late(0, times, method);
  }

  /** Carries the next calls out after `ms`, and never answers. */
  late(ms: number, times: number, method: Method): void {
    this.#add(times, method, (work) => {
      // What the late call would answer is of no interest any more, not even that it was refused.
      this.#clock.after(ms, () => quietly(work));
      return new Promise(() => {});
    });
  }

  /** The next executions start with these faults, one after the other. */
  nextStart(...faults: StartFault[]): void {
    this.#starts.push(...faults);
  }

  nextCancel(...faults: CancelFault[]): void {
    this.#cancels.push(...faults);
  }

  /** Removes all faults. */
  clear(): void {
    this.#calls.clear();
    this.#starts.length = 0;
    this.#cancels.length = 0;
    this.#delayMs = 0;
    this.lagMs = 0;
    this.keepMs = Number.POSITIVE_INFINITY;
    this.deleteWhileLive = 'refuse';
    this.deletionMs = 0;
  }

  takeStart(): StartFault {
    return this.#starts.shift() ?? {};
  }

  takeCancel(): CancelFault | undefined {
    return this.#cancels.shift();
  }

  /** Carries a call out, or plays the fault that a test has added for it. */
  async around(method: Method, work: () => void): Promise<void> {
    if (this.#delayMs > 0) await new Promise<void>((done) => this.#clock.after(this.#delayMs, done));
    const fault = [...this.#calls].find((each) => each.method === undefined || each.method === method);
    if (!fault) return work();
    fault.left -= 1;
    if (fault.left === 0) this.#calls.delete(fault);
    await fault.play(work);
  }

  #add(times: number, method: Method | undefined, play: CallFault['play']): void {
    this.#calls.add({ method, left: times, play });
  }
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // Nobody waits for the answer.
  }
}
