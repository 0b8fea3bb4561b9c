/** Keeps one child process alive: restarts it with exponential backoff when it dies, and ends it gracefully. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { TOOLCHAIN } from '../../lib/paths.ts';

/** Node's compile cache: with it, a hub's restart takes half of the CPU time (0.7 instead of 1.3 s). */
const COMPILE_CACHE = join(TOOLCHAIN, 'compile-cache');
/** Pause before a restart: doubles from the first to the last while the child keeps dying young. */
const FIRST_PAUSE_MS = 200;
const LAST_PAUSE_MS = 5000;
/** A child that lived this long has recovered: the next pause starts at the first value again. */
const HEALTHY_MS = 10_000;
/** Time from the stop signal until a child that still runs is killed. */
const STOP_LIMIT_MS = 8000;

export interface ChildOptions {
  /** The program and its arguments, for each start. A program other than Node needs `tethered`, to end with this process. */
  command(): readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Each output gets everything that the child prints. */
  readonly outputs: readonly Writable[];
  /** Exit code after which a restart would not help. */
  readonly finalCode?: number;
  message?(message: unknown): void;
  died(death: Death): void;
}

/** A child ended without being told to. */
export interface Death {
  readonly how: string;
  /** How many times in a row the child died without having recovered. */
  readonly inARow: number;
  /** Pause until the child starts again; undefined: it does not. */
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

  /** Ends the child: by this signal, then by SIGKILL if it still runs. */
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
    // The IPC channel tells the child when this process is gone, however it died.
    const [program, ...args] = this.#options.command();
    const child = spawn(program!, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...(this.#options.env ?? process.env) },
      // Ctrl-C in the terminal does not reach the child; stop() ends it instead.
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
    // A program that does not exist never starts, so it gives no 'exit' event.
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
