/** Restarts a child process of `npm run dev` when its source files change. */
import { watch } from 'node:fs';
import { join } from 'node:path';
import { messageOf, step, warn } from '../../lib/console.ts';
import { ROOT } from '../../lib/paths.ts';

/**
 * Time from the last file change to the restart, in ms. Several files that an editor saves together cause
 * only one restart.
 */
const SETTLE_MS = 150;

/** Restarts a child process when a file changes. After a failed restart, the next change starts it again. */
export class Restarting<Child extends { stop(): Promise<void> }> {
  readonly #name: string;
  readonly #folders: readonly string[];
  readonly #run: () => Promise<Child>;
  #child: Child | undefined;
  #timer: NodeJS.Timeout | undefined;
  /**
   * Resolves when the latest restart of the child process has finished. The next restart waits for this
   * promise, so that two restarts never overlap.
   */
  #last: Promise<unknown> = Promise.resolve();
  #stopping = false;

  constructor(name: string, folders: readonly string[], run: () => Promise<Child>) {
    this.#name = name;
    this.#folders = folders;
    this.#run = run;
  }

  async start(): Promise<Child> {
    this.#child = await step(`Started the ${this.#name}`, this.#run);
    for (const folder of this.#folders) {
      watch(join(ROOT, folder), { recursive: true }, (_, file) => this.#changed(file));
    }
    return this.#child;
  }

  stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    return this.#last.then(() => this.#child?.stop());
  }

  #changed(file: string | null): void {
    if (this.#stopping || (file !== null && (/\.test\.|testing/.test(file) || !/\.ts$/.test(file)))) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#last = this.#last.then(() => this.#restart());
    }, SETTLE_MS);
  }

  async #restart(): Promise<void> {
    if (this.#stopping) return;
    await this.#child?.stop();
    this.#child = undefined;
    try {
      this.#child = await step(`Restarted the ${this.#name}`, this.#run);
    } catch (error) {
      warn(`  ${messageOf(error)}\n  The ${this.#name} starts again when a file changes.`);
    }
  }
}
