/** The viewers of a terminal: whose window counts, who answers for them all, and how far the fastest has read. */
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

  /** Viewers whose line is up. */
  get present(): number {
    return this.#count((viewer) => viewer.present);
  }

  /** Whoever typed last; before that, and when they left, whoever came first of those that are here. */
  get typist(): Viewer | undefined {
    return this.#typist;
  }

  /** Whose terminal's own answers reach the program: one for all. */
  get responder(): Viewer | undefined {
    if (this.#typist?.present) return this.#typist;
    return this.#writers().find((viewer) => viewer.present) ?? this.#typist;
  }

  /** Bytes that the fastest viewer has still to read; 0 when there is none to wait for. */
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

  /** True when another window counts from now on. */
  typed(viewer: Viewer): boolean {
    if (this.#typist === viewer) return false;
    this.#typist = viewer;
    return true;
  }

  /** Somebody came, went, or lost a right. True when another window counts from now on. */
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
