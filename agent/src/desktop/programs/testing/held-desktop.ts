/** A desktop for tests: a holder process of another user, with its phases, and CDP through Chromium's pipe. */
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { chown, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { PipeStreams } from '../../cdp/index.ts';
import type { Phase, ProgramsOptions, Usage } from '../index.ts';

const HOLDER = fileURLToPath(new URL('./holder.ts', import.meta.url));
/** The user that runs the desktop if the tests run as root. It owns no files. */
export const DESKTOP_UID = 61_234;
/** Interval at which the list of processes is read while a test waits for a process, ms. */
const POLL_MS = 20;
const isRoot = process.getuid?.() === 0;

interface CdpReply {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

export interface HeldOptions
  extends Partial<Omit<ProgramsOptions, 'log' | 'onPhase' | 'onPipe' | 'clock' | 'now'>> {
  /** A command that runs the holder, such as `nsenter …`. */
  readonly prefix?: readonly string[];
}

export class HeldDesktop implements AsyncDisposable {
  readonly folder: string;
  readonly phases: Phase[] = [];
  readonly #child: ChildProcess;
  readonly #events = new EventEmitter().setMaxListeners(0);
  #said = '';
  #id = 0;

  private constructor(folder: string, { prefix = [], ...options }: HeldOptions) {
    this.folder = folder;
    const asUser = isRoot
      ? ['setpriv', `--reuid=${DESKTOP_UID}`, `--regid=${DESKTOP_UID}`, '--clear-groups']
      : [];
    const [command = '', ...args] = [
      ...prefix,
      ...asUser,
      ...[process.execPath, '--disable-warning=ExperimentalWarning', HOLDER],
      JSON.stringify({ folder, startUrl: MARKER, ...options }),
    ];
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
    this.#child.stdin?.on('error', () => {});
    createInterface(this.#child.stdout ?? process.stdin).on('line', (line) => {
      const event = JSON.parse(line);
      if (event.phase) this.phases.push(event.phase);
      this.#events.emit('event', event);
    });
    this.#child.once('exit', () => this.#events.emit('event', { exit: true }));
  }

  static async start(options: HeldOptions = {}): Promise<HeldDesktop> {
    const folder = await mkdtemp(join(tmpdir(), 'unicore-desktop-'));
    if (isRoot) await chown(folder, DESKTOP_UID, DESKTOP_UID);
    return new HeldDesktop(folder, options);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get phase(): Phase['name'] | undefined {
    return this.phases.at(-1)?.name;
  }

  /**
   * Resolves with the next phase of this name. Skips the first `from` phases; the phase may have been reached
   * already.
   */
  async reached(name: Phase['name'], from = 0): Promise<Phase> {
    for (;;) {
      const phase = this.phases.slice(from).find((one) => one.name === name);
      if (phase) return phase;
      const last = this.phases.at(-1);
      if (last?.name === 'failed' || this.#child.exitCode !== null) {
        throw new Error(`The desktop is not ${name}: ${JSON.stringify(last)}\n${this.#said}`);
      }
      await once(this.#events, 'event');
    }
  }

  /** Sends a CDP command, and resolves with its result. */
  async cdp(method: string, params: object = {}, sessionId?: string): Promise<Record<string, unknown>> {
    const id = ++this.#id;
    const answer = this.#event((event: { cdp?: CdpReply }) => event.cdp?.id === id);
    this.#order({ cdp: { id, method, params, ...(sessionId && { sessionId }) } });
    const { cdp } = (await answer) as { cdp: CdpReply };
    if (cdp.error) throw new Error(`${method}: ${cdp.error.message}`);
    return cdp.result ?? {};
  }

  /** Chromium's debugging pipe, for a test that does not use {@link cdp}. */
  pipe(): PipeStreams {
    const input = new PassThrough();
    this.#events.on('event', ({ cdp }) => cdp && input.write(`${JSON.stringify(cdp)}\0`));
    let text = '';
    const output = new Writable({
      decodeStrings: false,
      write: (chunk: string | Buffer, _encoding, taken) => {
        const messages = (text + chunk).split('\0');
        text = messages.pop() ?? '';
        for (const message of messages) this.#order({ cdp: JSON.parse(message) });
        taken();
      },
    });
    return { input, output };
  }

  async usage(): Promise<{ usage: Usage; isolation: string }> {
    const answer = this.#event((event) => 'usage' in event);
    this.#order({ ask: 'usage' });
    return (await answer) as { usage: Usage; isolation: string };
  }

  /** Returns the pids of this desktop's processes with this command name, such as "Xvnc". */
  async pids(name?: string): Promise<number[]> {
    const found: number[] = [];
    for (const entry of await readdir('/proc')) {
      const environment = await readFile(`/proc/${entry}/environ`, 'utf8').catch(() => '');
      // Chromium overwrites its environment with its title. So the desktop is recognised by the folder in the
      // command line.
      const command = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
      const isMine =
        environment.split('\0').includes(`HOME=${this.folder}`) || command.includes(`${this.folder}/`);
      if (!isMine) continue;
      const comm = await readFile(`/proc/${entry}/comm`, 'utf8').catch(() => '');
      if (name === undefined || comm.trim() === name) found.push(Number(entry));
    }
    return found.sort((a, b) => a - b);
  }

  /** Resolves with the first process of this name. A new process gets its name a moment after its start. */
  async pidOf(name: string): Promise<number> {
    for (;;) {
      const [pid] = await this.pids(name);
      if (pid !== undefined) return pid;
      if (this.phases.at(-1)?.name === 'failed') throw new Error(`No ${name} runs, and none will.`);
      await delay(POLL_MS);
    }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#order({ ask: 'end' });
    await once(this.#child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await rm(this.folder, { recursive: true, force: true });
  }

  #order(order: object): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  /** Resolves with the next event that matches. */
  #event(matches: (event: object) => boolean): Promise<object> {
    return new Promise((resolve, reject) => {
      const look = (event: object) => {
        if (!matches(event) && !('exit' in event)) return;
        this.#events.off('event', look);
        if (matches(event)) resolve(event);
        else reject(new Error(`The desktop has ended: ${JSON.stringify(this.phases.at(-1))}\n${this.#said}`));
      };
      this.#events.on('event', look);
    });
  }
}

/** A page in a colour that no part of Chromium's own window has. */
export const MARKER = 'data:text/html,<title>marker</title><body style="background:%23008080">';
