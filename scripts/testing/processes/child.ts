/** Starts a Node process and calls its functions over IPC. The process offers the functions with serve(). */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type BirpcReturn, createBirpc } from 'birpc';
import { NODE_FLAGS } from '../../lib/node-flags.ts';
import { ROOT } from '../../lib/paths.ts';

/** Time limit of a call, in ms. The limit is long, because one call may run a whole measurement. */
const CALL_LIMIT_MS = 300_000;

export type Calls = Record<string, (...args: never[]) => unknown>;

export interface ChildOptions {
  /** Path of the script, relative to scripts/bench. */
  readonly script: string;
  readonly args?: readonly (string | number)[];
  /** Command-line flags for Node itself. */
  readonly flags?: readonly string[];
  /** Folder for a CPU profile of the process's whole lifetime. */
  readonly cpuProf?: string | undefined;
}

export class Child<T extends Calls> {
  readonly call: BirpcReturn<T, Calls>;
  readonly #process: ChildProcess;

  constructor({ script, args = [], flags = [], cpuProf }: ChildOptions) {
    const profile = profileFlags(script, cpuProf);
    const path = join(ROOT, 'scripts/bench', script);
    const child = spawn(
      process.execPath,
      // Processes of reference programs get the same Node flags as UniCore's processes.
      [...NODE_FLAGS, ...flags, ...profile, path, ...args.map(String)],
      // Advanced serialization is needed, because it preserves the messages of errors.
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' },
    );
    this.#process = child;
    this.call = createBirpc<T, Calls>(
      {},
      {
        post: (message) => child.send(message),
        on: (receive) => child.on('message', receive),
        timeout: CALL_LIMIT_MS,
      },
    );
    child.on('exit', (code) => this.call.$close(new Error(`${script} ended with ${code}`)));
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** Stops the process gracefully, so that it writes its CPU profile. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await exited;
  }

  async kill(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }
}

/**
 * Offers functions to the parent process. Called in the child process, which exits when the parent is gone.
 */
export function serve(calls: Calls): void {
  createBirpc<Calls, Calls>(calls, {
    post: (message) => process.send?.(message),
    on: (receive) => process.on('message', receive),
  });
  process.on('disconnect', () => process.exit(0));
}

/** Number of profiles so far. It makes file names unique when several children run the same script. */
let profiles = 0;

function profileFlags(script: string, folder: string | undefined): string[] {
  if (folder === undefined) return [];
  const name = script.replaceAll('/', '-').replace(/\.ts$/, '');
  profiles += 1;
  return [
    '--cpu-prof',
    `--cpu-prof-dir=${folder}`,
    `--cpu-prof-name=${name}.${process.pid}.${profiles}.cpuprofile`,
  ];
}
