/**
 * A log file of limited size. When the file is full, it is renamed to end in `.1`, and replaces the previous
 * file of that name.
 */
import { appendFileSync, renameSync, statSync } from 'node:fs';

const MAX_BYTES = 1024 * 1024;

export class BoundedLog {
  readonly #path: string;
  #size: number;

  constructor(path: string) {
    this.#path = path;
    this.#size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /**
   * Appends a line to the log file. The logger pino calls this method. A failed write is ignored, since the
   * keeper and its shells must go on without a log.
   */
  write(line: string): void {
    try {
      if (this.#size + line.length > MAX_BYTES && this.#size > 0) {
        renameSync(this.#path, `${this.#path}.1`);
        this.#size = 0;
      }
      appendFileSync(this.#path, line, { mode: 0o600 });
      this.#size += Buffer.byteLength(line);
    } catch {
      // The line is lost. Perhaps the disk is full, or the log's folder is gone.
    }
  }
}
