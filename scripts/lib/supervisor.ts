/** Keeps one child process alive: restarts it with growing pauses when it dies, and ends it gracefully when told. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/** Pause before a restart: doubles from the first to the last while the child keeps dying young. */
const FIRST_PAUSE_MS = 200;
const LAST_PAUSE_MS = 5000;
/** A child that lived this long has recovered: the next pause is the first one again. */
const HEALTHY_MS = 10_000;
/** A child that does not end by itself after SIGTERM is killed. */
const STOP_LIMIT_MS = 8000;

export interface ChildOptions {
  /** Script and arguments for this Node; asked at each start. */
  args(): readonly string[];
  /** Each of them gets all that the child prints. */
  readonly outputs: readonly Writable[];
  message?(message: unknown): void;
  /** It died unasked, and starts again after the pause. */
  died(how: string, pauseMs: number): void;
}

export class Supervised {
  readonly #options: ChildOptions;
  #child: ChildProcess;
  #pause = FIRST_PAUSE_MS;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#child = this.#start();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Ends it: SIGTERM, and SIGKILL if that is not enough. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await promise;
    clearTimeout(timer);
  }

  #start(): ChildProcess {
    // By the channel the child notices our death, however we die.
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', ...this.#options.args()],
      {
        env: { ...process.env, UNICORE_PARENT: '1' },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    for (const output of this.#options.outputs) {
      child.stdout?.pipe(output, { end: false });
      child.stderr?.pipe(output, { end: false });
    }
    const startedAt = performance.now();
    child.on('message', (message) => this.#options.message?.(message));
    child.once('exit', (code, signal) =>
      this.#ended(signal ?? `exit code ${code}`, performance.now() - startedAt),
    );
    return child;
  }

  #ended(how: string, livedMs: number): void {
    if (this.#stopping) return;
    if (livedMs > HEALTHY_MS) this.#pause = FIRST_PAUSE_MS;
    const pause = this.#pause;
    this.#pause = Math.min(pause * 2, LAST_PAUSE_MS);
    this.#timer = setTimeout(() => {
      this.#child = this.#start();
    }, pause);
    this.#options.died(how, pause);
  }
}
