/** A JSON file that is written often. While one write runs, only the newest pending value is kept. */
import { writeJson } from './json.ts';

export class LatestFile {
  readonly #path: string;
  #next: (() => unknown) | undefined;
  #writing: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Resolves when this value, or a newer one, is on disk. */
  save(value: () => unknown): Promise<void> {
    this.#next = value;
    // A write that already runs may hold an older value, so this call waits for the write after it.
    this.#writing = this.#writing
      ? this.#writing.catch(() => undefined).then(() => this.#write())
      : this.#write();
    return this.#writing;
  }

  async #write(): Promise<void> {
    const value = this.#next;
    if (!value) return;
    this.#next = undefined;
    await writeJson(this.#path, value());
  }
}
