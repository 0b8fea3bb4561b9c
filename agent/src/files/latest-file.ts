/**
 * A JSON file that is written often. While one write is running, only the newest of the waiting values is
 * kept.
 */
import { writeJson } from './json.ts';

export class LatestFile {
  readonly #path: string;
  #next: (() => unknown) | undefined;
  #writing: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Resolves when this value, or a newer value, is on disk. */
  save(value: () => unknown): Promise<void> {
    this.#next = value;
    // The write that is running may contain an older value. So this call waits for the next write.
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
