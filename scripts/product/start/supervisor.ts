/** Keeps a child process running: restarts it with exponential backoff, and stops it gracefully. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { TOOLCHAIN } from '../../lib/paths.ts';

/** Folder of Node's compile cache. It halves the CPU time of a hub's restart, from 1.3 s to 0.7 s. */
const COMPILE_CACHE = join(TOOLCHAIN, 'compile-cache');
/**
 * The first and the longest pause before the child is restarted, in ms. The pause doubles each time the child
 * exits early.
 */
const FIRST_PAUSE_MS = 200;
const LAST_PAUSE_MS = 5000;
/**
 * A child that ran for this time, in ms, has recovered. After its exit, the pause before a restart begins at
 * the first value again.
 */
const HEALTHY_MS = 10_000;
/** Time limit for a graceful stop, in ms. A child that still runs after this time is killed. */
const STOP_LIMIT_MS = 8000;

export interface ChildOptions {
  /**
   * Returns the program and its arguments for each start. A program other than Node must be wrapped with the
   * function `tethered`. Otherwise it would keep running after the death of this process.
   */
  command(): readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Streams that receive all output of the child. */
  readonly outputs: readonly Writable[];
  /** Exit code after which the child is not restarted, because a restart would not help. */
  readonly finalCode?: number;
  message?(message: unknown): void;
  died(death: Death): void;
}

/** Describes an exit of the child that `stop()` did not request. */
export interface Death {
  readonly how: string;
  /** Number of the child's exits in a row. After a run longer than HEALTHY_MS, counting begins at 1 again. */
  readonly inARow: number;
  /** Pause until the next start of the child, in ms. Undefined if the child is not started again. */
  readonly pauseMs: number | undefined;
}

export class Supervised {
  readonly #options: ChildOptions;
  #child: ChildProcess;
  #deaths = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#child = this.#start();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Stops the child with this signal. If the child still runs after a time limit, kills it with SIGKILL. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    child.once('exit', () => resolve());
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await promise;
    clearTimeout(timer);
  }

  #start(): ChildProcess {
    // The IPC channel closes when this process dies, even after SIGKILL. The child then knows that its parent
    // is gone.
    const [program, ...args] = this.#options.command();
    const child = spawn(program!, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...(this.#options.env ?? process.env) },
      // The child gets its own process group, so that Ctrl-C in the terminal does not reach it. `stop()` ends
      // the child instead.
      detached: true,
    });
    for (const output of this.#options.outputs) {
      child.stdout?.pipe(output, { end: false });
      child.stderr?.pipe(output, { end: false });
    }
    const startedAt = performance.now();
    child.on('message', (message) => this.#options.message?.(message));
    child.once('exit', (code, signal) =>
      this.#ended(code, signal ?? `exit code ${code}`, performance.now() - startedAt),
    );
    // A program that does not exist never starts. For such a program Node emits 'error' but not 'exit'.
    child.on('error', ({ message }) => child.pid === undefined && this.#ended(null, message, 0));
    return child;
  }

  #ended(code: number | null, how: string, livedMs: number): void {
    if (this.#stopping) return;
    this.#deaths = livedMs > HEALTHY_MS ? 1 : this.#deaths + 1;
    const again = code === null || code !== this.#options.finalCode;
    const pauseMs = again ? Math.min(FIRST_PAUSE_MS * 2 ** (this.#deaths - 1), LAST_PAUSE_MS) : undefined;
    if (pauseMs !== undefined) {
      this.#timer = setTimeout(() => {
        this.#child = this.#start();
      }, pauseMs);
    }
    this.#options.died({ how, inARow: this.#deaths, pauseMs });
  }
}
