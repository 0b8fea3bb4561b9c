/** Runs one of UniCore's programs as a process that tests can kill, freeze and start again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { NODE_FLAGS } from '../../lib/node-flags.ts';

/** Time limit for a start, in ms. It only detects hangs. */
const START_LIMIT_MS = 120_000;
/** Time from SIGTERM until a program that still runs is killed, in ms. */
const STOP_LIMIT_MS = 8_000;

export interface ProgramOptions {
  /** Returns the script and its arguments for Node. Called at each start. */
  args(): readonly string[];
  /** Environment variables in addition to those of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** File to which the program's output is appended. */
  readonly log: string;
  /**
   * Returns true if this message says that the program is ready. Without this function, the program counts as
   * ready as soon as its process runs.
   */
  up?(message: unknown): boolean;
  /** Called with each message of the program. */
  message?(message: unknown): void;
  /**
   * Maximum number of attempts to start the program, as a service manager makes them. The program may exit
   * because another program does not answer yet.
   */
  readonly starts?: number;
  /** Called when the program ended unexpectedly. */
  died(how: string): void;
}

export class Program {
  /** Another listener, called with each message of the program. */
  heard: (message: unknown) => void = () => {};
  readonly #options: ProgramOptions;
  #child: ChildProcess | undefined;
  /** True if the program was told to end. */
  #ending = false;

  constructor(options: ProgramOptions) {
    this.#options = options;
  }

  /** Resolves when the program is ready. */
  async start(): Promise<void> {
    const { starts = 1, died } = this.#options;
    for (let left = starts - 1; ; left--) {
      try {
        return await this.#start();
      } catch (error) {
        if (left > 0) continue;
        died((error as Error).message);
        throw error;
      }
    }
  }

  async #start(): Promise<void> {
    const { args, env, log, up, message, died } = this.#options;
    const output = openSync(log, 'a', 0o600);
    // The IPC channel tells the child when this process dies. The child is detached, so that Ctrl-C does not
    // reach it.
    const child = spawn(process.execPath, [...NODE_FLAGS, ...args()], {
      stdio: ['ignore', output, output, 'ipc'],
      detached: true,
      env: { ...process.env, ...env },
    });
    closeSync(output);
    this.#child = child;
    this.#ending = false;
    let isUp = false;
    const started = Promise.withResolvers<void>();
    const begin = () => {
      isUp = true;
      started.resolve();
    };
    child.on('message', (said) => {
      if (up?.(said)) begin();
      message?.(said);
      this.heard(said);
    });
    child.once('exit', (code, signal) => {
      if (this.#ending) return started.resolve();
      const how = `ended with ${signal ?? `exit code ${code}`}; its log is ${log}`;
      if (isUp) died(how);
      else started.reject(new Error(how));
    });
    if (!up) begin();
    const limit = setTimeout(() => started.reject(new Error(`is not up; its log is ${log}`)), START_LIMIT_MS);
    await started.promise.finally(() => clearTimeout(limit));
  }

  /** Process id of the program, or undefined if the program does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  send(message: object): void {
    if (this.#child?.connected) this.#child.send(message);
  }

  /** Kills the process. Resolves when the process is gone. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Sends SIGTERM, and SIGKILL after `limitMs`. Resolves with true if SIGTERM was enough. */
  async stop(limitMs = STOP_LIMIT_MS): Promise<boolean> {
    let enough = true;
    const kill = setTimeout(() => {
      enough = false;
      this.#child?.kill('SIGKILL');
    }, limitMs);
    await this.#end('SIGTERM').finally(() => clearTimeout(kill));
    return enough;
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#ending = true;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    child.kill('SIGCONT');
    await gone;
  }
}
