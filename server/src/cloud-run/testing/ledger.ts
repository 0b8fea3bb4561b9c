/**
 * The fake's own record (ledger) of every execution: what it started, ran and billed. Tests compare hubs with this
 * record, because it is true even if the fake gives wrong answers.
 */

export interface Entry {
  /** The full name of the execution. */
  readonly execution: string;
  /** The name of its job, without the path before it. */
  readonly job: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly cpu: number;
  readonly memoryGib: number;
  /** Times in ms since 1970. If `startedAt` is missing, the container never ran. */
  readonly jobCreatedAt: number;
  readonly createdAt: number;
  startedAt?: number;
  /** If this is missing, the execution runs or may still start. */
  endedAt?: number;
  outcome?: 'succeeded' | 'failed' | 'cancelled';
}

export interface Bill {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly gibSeconds: number;
}

/** Cloud Run bills a container's time in units of this length, ms. */
const STEP_MS = 100;

export class Ledger {
  readonly entries: Entry[] = [];

  add(entry: Entry): Entry {
    this.entries.push(entry);
    return entry;
  }

  /** Returns the executions that run or may still start, of all jobs or of one job. */
  live(job?: string): Entry[] {
    return this.entries.filter(
      (entry) => entry.endedAt === undefined && (job === undefined || entry.job === job),
    );
  }

  /** Returns the number of containers that were started, for all jobs or for one job. */
  started(job?: string): number {
    return this.entries.filter(
      (entry) => entry.startedAt !== undefined && (job === undefined || entry.job === job),
    ).length;
  }

  /** Returns what was billed until `now` (ms since 1970), for all jobs or for one job. */
  billed(now: number, job?: string): Bill {
    let [seconds, cpuSeconds, gibSeconds] = [0, 0, 0];
    for (const entry of this.entries) {
      if (entry.startedAt === undefined || (job !== undefined && entry.job !== job)) continue;
      const ms = Math.ceil(((entry.endedAt ?? now) - entry.startedAt) / STEP_MS) * STEP_MS;
      seconds += ms / 1_000;
      cpuSeconds += (ms / 1_000) * entry.cpu;
      gibSeconds += (ms / 1_000) * entry.memoryGib;
    }
    return { seconds, cpuSeconds, gibSeconds };
  }
}
