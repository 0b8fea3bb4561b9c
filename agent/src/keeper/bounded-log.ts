/** A log file that does not grow for ever: what is full is set aside, and only the last such file is kept. */
import { appendFileSync, renameSync, statSync } from 'node:fs';

const MAX_BYTES = 1024 * 1024;

export class BoundedLog {
  readonly #path: string;
  #size: number;

  constructor(path: string) {
    this.#path = path;
    this.#size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** pino's interface of a destination. A log that cannot be written is no reason to end a shell. */
  write(line: string): void {
    try {
      if (this.#size + line.length > MAX_BYTES && this.#size > 0) {
        renameSync(this.#path, `${this.#path}.1`);
        this.#size = 0;
      }
      appendFileSync(this.#path, line, { mode: 0o600 });
      this.#size += Buffer.byteLength(line);
    } catch {
      // The disk is full, or the folder is gone.
    }
  }
}
