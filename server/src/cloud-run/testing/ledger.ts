/**
 * The fake's own account of every execution: what it started, ran and billed. Tests judge a hub by it, because
 * it shows what is true, whatever the fake's answers say.
 */

export interface Entry {
  /** The full name of the execution. */
  readonly execution: string;
  /** The name of its job, without the path. */
  readonly job: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly cpu: number;
  readonly memoryGib: number;
  /** Times in ms since 1970. Without `startedAt`, its container never ran. */
  readonly jobCreatedAt: number;
  readonly createdAt: number;
  startedAt?: number;
  /** Without it, the execution runs, or may still start. */
  endedAt?: number;
  outcome?: 'succeeded' | 'failed' | 'cancelled';
}

export interface Bill {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly gibSeconds: number;
}

/** Cloud Run bills a container's time in steps of this length, ms. */
const STEP_MS = 100;

export class Ledger {
  readonly entries: Entry[] = [];

  add(entry: Entry): Entry {
    this.entries.push(entry);
    return entry;
  }

  /** Returns the executions that run or may still start, of all jobs or of one. */
  live(job?: string): Entry[] {
    return this.entries.filter(
      (entry) => entry.endedAt === undefined && (job === undefined || entry.job === job),
    );
  }

  /** Returns how many containers were started, of all jobs or of one. */
  started(job?: string): number {
    return this.entries.filter(
      (entry) => entry.startedAt !== undefined && (job === undefined || entry.job === job),
    ).length;
  }

  /** Returns what was billed until `now`, ms since 1970, for all jobs or for one. */
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
