/** A program of ours as a process that may be killed, frozen and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { NODE_FLAGS } from '../../lib/node-flags.ts';

/** For a start on a busy machine; a limit for hangs only. */
const START_LIMIT_MS = 60_000;
/** A program that does not end by itself after SIGTERM is killed. */
const STOP_LIMIT_MS = 8_000;

export interface ProgramOptions {
  /** Script and arguments for this Node; asked at each start. */
  args(): readonly string[];
  /** Besides our own environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** What it prints is appended to this file. */
  readonly log: string;
  /** Whether this message says that the program is up. Default: it is up when its process is. */
  up?(message: unknown): boolean;
  /** Of each message. */
  message?(message: unknown): void;
  /** So often it may end while it starts, as when what it needs does not answer; service managers start it again. */
  readonly starts?: number;
  /** It ended unasked. */
  died(how: string): void;
}

export class Program {
  /** Called with each message, too. */
  heard: (message: unknown) => void = () => {};
  readonly #options: ProgramOptions;
  #child: ChildProcess | undefined;
  /** Told to end. */
  #ending = false;

  constructor(options: ProgramOptions) {
    this.#options = options;
  }

  /** Settles when it is up. */
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
    // By the channel it notices our death, however we die. Out of reach of Ctrl-C: we end it, in order.
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

  /** Of its process, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  send(message: object): void {
    if (this.#child?.connected) this.#child.send(message);
  }

  /** Settles when it is gone. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** SIGTERM, and SIGKILL if that is not enough; settles with whether it was. */
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
