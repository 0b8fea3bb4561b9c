/**
 * The ways in which the fake of Cloud Run misbehaves. A test adds faults for the next calls, starts and
 * cancellations.
 */

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

/** Faults of the start of one execution. */
export interface StartFault {
  /** The execution is created this long after its job, ms. */
  createMs?: number;
  /** The container starts this long after the execution was created, ms. */
  delayMs?: number;
  /** The message that the execution shows while it waits. */
  waiting?: string;
  /** The container never starts. `reason` is one of Google's reasons, such as CONTAINER_MISSING. */
  fail?: { message: string; reason?: string };
  /** The container is killed this long after its start, ms. */
  dieMs?: number;
}

export type CancelFault =
  /** The call succeeds, but nothing happens. */
  | 'ignore'
  /** The container gets SIGKILL at once, without SIGTERM before. */
  | 'kill';

/** What DeleteJob does while an execution is running. */
export type DeleteWhileLive =
  | 'refuse'
  /** The call succeeds, but its operation fails, and the job stays. */
  | 'fail'
  /** The job and its executions disappear, but the container runs until it obeys SIGTERM. */
  | 'vanish';

interface CallFault {
  method: Method | undefined;
  left: number;
  play: (work: () => void) => Promise<void> | void;
}

export class Faults {
  /** Lists show the state of this long ago, ms. */
  lagMs = 0;
  /** Executions are hidden when they ended longer ago than this, ms. */
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

  /** Delays every call by this time from now on, ms. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** Refuses the next calls, and does nothing for them. */
  refuse(code: keyof typeof status, times: number, method?: Method, details = `${code} by a test`): void {
    this.#add(times, method, () => {
      throw new Refusal(status[code], details);
    });
  }

  /** Carries out the next calls, but loses their replies. */
  loseReplies(times: number, method: Method = 'CreateJob'): void {
    this.#add(times, method, (work) => {
      work();
      throw new Refusal(status.UNAVAILABLE, 'The reply was lost, by a test');
    });
  }

  /** Loses the next calls. They are not carried out. */
  loseRequests(times: number, method: Method = 'CreateJob'): void {
    this.refuse('UNAVAILABLE', times, method, 'The request was lost, by a test');
  }

  /** Carries out the next calls, and never answers. */
  hang(times: number, method: Method): void {
    this.late(0, times, method);
  }

  /** Carries out the next calls after `ms`, and never answers. */
  late(ms: number, times: number, method: Method): void {
    this.#add(times, method, (work) => {
      // The result of a late call is not interesting, even if the call is refused.
      this.#clock.after(ms, () => quietly(work));
      return new Promise(() => {});
    });
  }

  /** Applies these faults to the next executions, one each. */
  nextStart(...faults: StartFault[]): void {
    this.#starts.push(...faults);
  }

  nextCancel(...faults: CancelFault[]): void {
    this.#cancels.push(...faults);
  }

  /** Removes all faults, so that the fake behaves well again. */
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

  /** Carries out a call, with the fault that a test has added for it, if any. */
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
    // The caller has given up, so the error is ignored.
  }
}
