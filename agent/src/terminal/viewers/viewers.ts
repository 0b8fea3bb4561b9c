/** The viewers of a terminal: whose window gives the size, which one answers queries, and how far the fastest has read. */
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

  /** The viewer that typed last. If none has typed, or it left: the oldest viewer with the right to write. */
  get typist(): Viewer | undefined {
    return this.#typist;
  }

  /** The viewer whose terminal answers the program's queries. Answers of all others are dropped. */
  get responder(): Viewer | undefined {
    if (this.#typist?.present) return this.#typist;
    return this.#writers().find((viewer) => viewer.present) ?? this.#typist;
  }

  /** Bytes that the fastest viewer has not read yet. 0 if the program need not wait for any viewer. */
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

  /** Makes this viewer, which has just typed, the typist. Returns true if another one was the typist before. */
  typed(viewer: Viewer): boolean {
    if (this.#typist === viewer) return false;
    this.#typist = viewer;
    return true;
  }

  /**
   * Called when a viewer came, left, or lost a right. Returns true if another viewer became the typist (whose window
   * gives the size).
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
