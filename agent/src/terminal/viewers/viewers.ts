/**
 * The viewers of a terminal. This class knows whose window determines the terminal's size, which viewer
 * answers the program's queries, and how far the fastest viewer has read.
 */
import type { Viewer } from './viewer.ts';

export class Viewers {
  readonly #viewers = new Set<Viewer>();
  #typist: Viewer | undefined;

  [Symbol.iterator](): IterableIterator<Viewer> {
    return this.#viewers.values();
  }

  get size(): number {
    return this.#viewers.size;
  }

  /** Number of viewers that are connected. */
  get present(): number {
    return this.#count((viewer) => viewer.present);
  }

  /**
   * The viewer that typed last. If no viewer has typed, or that viewer has left, it is the oldest viewer with
   * the right to write.
   */
  get typist(): Viewer | undefined {
    return this.#typist;
  }

  /** The viewer whose terminal answers the program's queries. Answers from all other viewers are dropped. */
  get responder(): Viewer | undefined {
    if (this.#typist?.present) return this.#typist;
    return this.#writers().find((viewer) => viewer.present) ?? this.#typist;
  }

  /**
   * Number of bytes that the fastest viewer has not read yet. It is 0 if the program need not wait for any
   * viewer.
   */
  get lag(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { lag } of this.#viewers) if (lag !== undefined) least = Math.min(least, lag);
    return least === Number.POSITIVE_INFINITY ? 0 : least;
  }

  find(id: string): Viewer | undefined {
    return [...this.#viewers].find((viewer) => viewer.id === id);
  }

  add(viewer: Viewer): void {
    this.#viewers.add(viewer);
  }

  remove(viewer: Viewer): void {
    this.#viewers.delete(viewer);
  }

  /**
   * Records that this viewer has typed. Returns false if this viewer was already the typist (the viewer that
   * typed last).
   */
  typed(viewer: Viewer): boolean {
    if (this.#typist === viewer) return false;
    this.#typist = viewer;
    return true;
  }

  /**
   * Called when a viewer has come, has left, or has lost a right. Returns true if the typist has changed. The
   * typist is the viewer whose window determines the terminal's size.
   */
  settle(): boolean {
    const before = this.#typist;
    if (before && this.#isWriter(before)) return false;
    this.#typist = this.#writers()[0];
    return this.#typist !== before;
  }

  #writers(): Viewer[] {
    return [...this.#viewers].filter((viewer) => this.#isWriter(viewer));
  }

  #isWriter(viewer: Viewer): boolean {
    return this.#viewers.has(viewer) && viewer.mayWrite && viewer.counts;
  }

  #count(test: (viewer: Viewer) => boolean): number {
    return [...this.#viewers].filter(test).length;
  }
}
