/**
 * One program of a desktop, such as Xvnc. It runs in a process group of its own. Its last lines of output are
 * kept, and it ends together with all processes that it has started.
 */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Clock } from '@unicore/protocol';

/** Number of output lines that are kept. An error report contains them. */
const KEPT_LINES = 12;
/** Longest line that is kept, in characters. */
const KEPT_LENGTH = 300;
/** Time that a program gets to end by itself after SIGTERM, ms. */
const GRACE_MS = 1_500;
/** Longest wait for killed processes to disappear, ms. A process in uninterruptible sleep takes longer. */
const GONE_LIMIT_MS = 2_000;
const GONE_POLL_MS = 10;

export interface ProgramOptions {
  /** The name of the program in messages for people, such as "Chromium". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly clock: Clock;
  /** Additional file descriptors, starting at 3, in the form that `child_process.spawn` takes. */
  readonly more?: readonly ('pipe' | 'ipc')[];
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Set if the program could not be started at all. */
  readonly error?: Error;
}

export class Program {
  readonly name: string;
  /** Resolves when the program has ended. It never rejects. */
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #lines: string[] = [];
  #hasExited = false;

  constructor({ name, command, args, env, cwd, clock, more = [] }: ProgramOptions) {
    this.name = name;
    this.#clock = clock;
    const stdio: StdioOptions = ['pipe', 'pipe', 'pipe', ...more];
    // `detached` gives the program a process group. A signal to the group also reaches its helper processes.
    this.#child = spawn(command, [...args], { env, cwd, stdio, detached: true });
    // Ignores write errors on stdin. They happen if the program has exited, and `exited` reports that better.
    this.#child.stdin?.on('error', () => {});
    for (const stream of [this.#child.stdout, this.#child.stderr]) this.#keepLines(stream);
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        if (this.#child.pid === undefined) resolve({ code: null, signal: null, error });
      });
      // Node emits `close` after `exit`, when all output was read. A helper process that is still alive would
      // keep the output open, so the process group is killed first.
      this.#child.once('exit', (code, signal) => {
        this.#hasExited = true;
        this.#signal('SIGKILL');
        this.#child.once('close', () => resolve({ code, signal }));
      });
    });
  }

  get child(): ChildProcess {
    return this.#child;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The last lines that the program printed. */
  get lastLines(): string {
    return this.#lines.join('\n');
  }

  /** Ends the program and its process group: SIGTERM, then SIGKILL. Resolves when no process is left. */
  async end(): Promise<void> {
    if (!this.#hasExited) this.#signal('SIGTERM');
    const cancel = this.#clock.after(GRACE_MS, () => this.#signal('SIGKILL'));
    await this.exited;
    cancel();
    await this.#groupGone();
  }

  /** Kills the program and its process group at once. */
  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.exited;
    await this.#groupGone();
  }

  async #groupGone(): Promise<void> {
    const limit = this.#clock.now() + GONE_LIMIT_MS;
    while (this.#signal('SIGKILL') && this.#clock.now() < limit) {
      await new Promise<void>((resolve) => this.#clock.after(GONE_POLL_MS, resolve));
    }
  }

  /** Sends a signal to the process group. Returns false if the group has no process any more. */
  #signal(signal: NodeJS.Signals): boolean {
    const { pid } = this.#child;
    if (pid === undefined) return false;
    try {
      return process.kill(-pid, signal);
    } catch {
      return false;
    }
  }

  #keepLines(stream: Readable | null): void {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(-KEPT_LENGTH);
      this.#lines.push(
        ...lines.filter((line) => line.trim() !== '').map((line) => line.slice(0, KEPT_LENGTH)),
      );
      this.#lines.splice(0, this.#lines.length - KEPT_LINES);
    });
    stream?.on('end', () => rest !== '' && this.#lines.push(rest));
  }
}
