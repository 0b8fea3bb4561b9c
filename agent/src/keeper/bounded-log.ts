/** A log file of bounded size: a full file is renamed to `.1`, which replaces the previous one. */
import { appendFileSync, renameSync, statSync } from 'node:fs';

const MAX_BYTES = 1024 * 1024;

export class BoundedLog {
  readonly #path: string;
  #size: number;

  constructor(path: string) {
    this.#path = path;
    this.#size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** The interface that pino expects of a destination. A failed write is ignored, since it must not end the shells. */
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
