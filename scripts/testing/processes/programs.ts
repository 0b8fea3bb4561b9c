/** Manages several programs, and the folder with their data and logs. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program, type ProgramOptions } from './program.ts';

export class Programs {
  readonly folder = mkdtempSync(join(tmpdir(), 'unicore-chaos-'));
  readonly logs = join(this.folder, 'logs');
  readonly #died: (what: string, how: string) => void;
  readonly #all: Program[] = [];

  /** `died` is called when a program ended unexpectedly. */
  constructor(died: (what: string, how: string) => void) {
    this.#died = died;
    mkdirSync(this.logs);
  }

  add(name: string, options: Omit<ProgramOptions, 'log' | 'died'>): Program {
    const program = new Program({
      ...options,
      log: join(this.logs, `${name}.log`),
      died: (how) => this.#died(name, how),
    });
    this.#all.push(program);
    return program;
  }

  /** Adds a line to the log of the run, with a time in the same format as in the other logs. */
  note(line: string): void {
    appendFileSync(join(this.logs, 'chaos.log'), `${Date.now()} ${line}\n`);
  }

  /** Kills the programs that still run. Deletes the folder with the logs, unless `keepLogs` is set. */
  async close({ keepLogs }: { keepLogs: boolean }): Promise<void> {
    await Promise.all(this.#all.map((program) => program.kill()));
    if (!keepLogs) rmSync(this.folder, { recursive: true, force: true });
  }
}
