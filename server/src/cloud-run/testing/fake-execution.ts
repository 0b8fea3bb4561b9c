/** One execution of a job: it waits, runs its container, and ends. An ended execution never runs again. */
import type { Clock } from '@unicore/protocol';
import type { Container, RunContainer } from './container.ts';
import type { CancelFault, StartFault } from './faults.ts';
import type { Entry, Ledger } from './ledger.ts';
import type { JobTemplate } from './requests.ts';

/** Cloud Run kills a container this long after SIGTERM, ms. */
const KILL_MS = 10_000;
/** Maintenance: the time between the notice and the freeze of a container, and how long it stays frozen, ms. */
const NOTICE_MS = 10_000;
const FROZEN_MS = 60_000;

type Outcome = NonNullable<Entry['outcome']>;

const STATES: Record<Outcome | 'none', string> = {
  none: 'CONDITION_RECONCILING',
  succeeded: 'CONDITION_SUCCEEDED',
  failed: 'CONDITION_FAILED',
  cancelled: 'CONDITION_FAILED',
};

export interface ExecutionDeps {
  clock: Clock;
  /** Returns the wall clock, ms since 1970. */
  now: () => number;
  ledger: Ledger;
  run: RunContainer;
  /** Called after each change of the execution. */
  changed: () => void;
}

export interface ExecutionOptions {
  /** The full name of the execution. */
  name: string;
  job: string;
  jobCreatedAt: number;
  template: JobTemplate['template'];
  fault: StartFault;
}

export class FakeExecution {
  readonly name: string;
  readonly #deps: ExecutionDeps;
  readonly #options: ExecutionOptions;
  readonly #entry: Entry;
  #starting = false;
  #container: Container | undefined;
  #ending: 'cancel' | 'timeout' | undefined;
  #message = '';
  #reason: string | undefined;
  #paused = false;

  constructor(deps: ExecutionDeps, options: ExecutionOptions) {
    this.#deps = deps;
    this.#options = options;
    this.name = options.name;
    const { limits } = options.template.template.containers[0].resources;
    this.#entry = deps.ledger.add({
      execution: options.name,
      job: options.job,
      labels: options.template.labels,
      cpu: limits.cpu,
      memoryGib: limits.memory,
      jobCreatedAt: options.jobCreatedAt,
      createdAt: deps.now(),
    });
    deps.clock.after(options.fault.delayMs ?? 0, () => void this.#start());
  }

  get isLive(): boolean {
    return this.#entry.outcome === undefined;
  }

  get isRunning(): boolean {
    return this.isLive && this.#container !== undefined;
  }

  get createdAt(): number {
    return this.#entry.createdAt;
  }

  get endedAt(): number | undefined {
    return this.#entry.endedAt;
  }

  /** Cancels the execution. The container gets SIGTERM, and SIGKILL 10 s later. */
  cancel(fault?: CancelFault): void {
    if (!this.isLive || fault === 'ignore') return;
    this.#ending ??= 'cancel';
    if (this.#container && fault === 'kill') this.#container.kill();
    else if (this.#container) this.#terminate(this.#container);
    // A container that is being created is killed as soon as it exists.
    else if (!this.#starting) this.#over('cancelled', 'The execution was cancelled before it started.');
    this.#deps.changed();
  }

  /** Kills the container, as if its machine had crashed. */
  die(): void {
    this.#container?.kill();
  }

  /**
   * Freezes the container for a minute, as maintenance of its machine does, and resets its connections. Resolves
   * when the maintenance is over.
   */
  async maintain(): Promise<void> {
    const container = this.#container;
    if (!container || this.#paused) return;
    this.#paused = true;
    container.signal('SIGTSTP');
    await this.#pass(NOTICE_MS);
    container.pause();
    container.cutConnections?.();
    await this.#pass(FROZEN_MS);
    container.resume();
    container.signal('SIGCONT');
    this.#paused = false;
  }

  message() {
    const { template, job, fault } = this.#options;
    const { createdAt, startedAt, endedAt } = this.#entry;
    const completed = {
      type: 'Completed',
      state: STATES[this.#entry.outcome ?? 'none'],
      ...(this.#message && { message: this.#message }),
      ...(this.#reason && { reason: this.#reason }),
      ...this.#executionReason(),
    };
    const waits = this.isLive && startedAt === undefined;
    const resources = {
      type: 'ResourcesAvailable',
      state: waits ? 'CONDITION_RECONCILING' : 'CONDITION_SUCCEEDED',
      ...(waits && { message: fault.waiting ?? 'Provisioning imported containers.' }),
    };
    return {
      name: this.name,
      // Cloud Run uses the short name of the job here.
      job,
      labels: template.labels,
      createTime: timestamp(createdAt),
      ...(startedAt !== undefined && { startTime: timestamp(startedAt) }),
      ...(endedAt !== undefined && { completionTime: timestamp(endedAt) }),
      taskCount: 1,
      parallelism: 1,
      reconciling: this.isLive,
      conditions: [completed, resources],
      runningCount: this.isRunning ? 1 : 0,
      succeededCount: this.#entry.outcome === 'succeeded' ? 1 : 0,
      failedCount: this.#entry.outcome === 'failed' ? 1 : 0,
      cancelledCount: this.#entry.outcome === 'cancelled' ? 1 : 0,
    };
  }

  /** The status that the job shows for its latest execution. */
  get status(): string {
    if (this.#entry.outcome) return `EXECUTION_${this.#entry.outcome.toUpperCase()}`;
    return this.#container ? 'EXECUTION_RUNNING' : 'EXECUTION_PENDING';
  }

  async #start(): Promise<void> {
    const { clock, now, run, changed } = this.#deps;
    const { fault, template, name } = this.#options;
    if (!this.isLive) return;
    if (fault.fail) {
      this.#reason = fault.fail.reason;
      this.#over('failed', fault.fail.message);
      return;
    }
    const [{ image, env }] = template.template.containers;
    const timeoutSeconds = template.template.timeout.seconds;
    this.#starting = true;
    this.#entry.startedAt = now();
    let container: Container;
    try {
      container = await run({
        execution: name.slice(name.lastIndexOf('/') + 1),
        image,
        env: Object.fromEntries(env.map((one) => [one.name, one.value])),
        timeoutSeconds,
      });
    } catch (error) {
      this.#over('failed', `The container could not be started: ${String(error)}`);
      return;
    }
    this.#container = container;
    void container.exited.then((code) => this.#exited(code));
    if (this.#ending) return container.kill();
    changed();
    if (fault.dieMs !== undefined) clock.after(fault.dieMs, () => this.die());
    clock.after(timeoutSeconds * 1_000, () => {
      if (!this.isLive) return;
      this.#ending ??= 'timeout';
      this.#terminate(container);
    });
  }

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => this.#deps.clock.after(ms, resolve));
  }

  #terminate(container: Container): void {
    container.signal('SIGTERM');
    this.#deps.clock.after(KILL_MS, () => container.kill());
  }

  #exited(code: number): void {
    if (!this.isLive) return;
    if (this.#ending === 'cancel') this.#over('cancelled', 'The execution was cancelled.');
    else if (this.#ending === 'timeout') this.#over('failed', 'The configured timeout was reached.');
    else if (code === 0) this.#over('succeeded', '');
    else this.#over('failed', `The container exited with an error: exit code ${code}.`);
  }

  #over(outcome: Outcome, message: string): void {
    this.#entry.outcome = outcome;
    this.#message = message;
    this.#entry.endedAt = this.#deps.now();
    this.#deps.changed();
  }

  #executionReason(): { executionReason?: string } {
    if (this.#entry.outcome === 'cancelled') return { executionReason: 'CANCELLED' };
    if (this.isLive && this.#ending === 'cancel') return { executionReason: 'CANCELLING' };
    if (this.#entry.outcome === 'failed' && !this.#reason) return { executionReason: 'NON_ZERO_EXIT_CODE' };
    return {};
  }
}

export function timestamp(ms: number): { seconds: string; nanos: number } {
  const seconds = Math.floor(ms / 1_000);
  return { seconds: String(seconds), nanos: Math.round((ms - seconds * 1_000) * 1e6) };
}
