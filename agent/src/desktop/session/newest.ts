/**
 * Tells one listener the newest of each kind of news. While it has not answered, later news of the same kind wait,
 * and of those only the newest is told. So a listener that is slow or away costs little memory.
 */
export class Newest {
  /** For each kind whose last news were not answered yet: what to tell next, if anything. */
  readonly #next = new Map<string, (() => Promise<void>) | undefined>();

  async tell(kind: string, call: () => Promise<void>): Promise<void> {
    const isBusy = this.#next.has(kind);
    this.#next.set(kind, call);
    if (isBusy) return;
    for (let next = this.#next.get(kind); next !== undefined; next = this.#next.get(kind)) {
      this.#next.set(kind, undefined);
      // Failed calls are no loss: a listener that is gone comes back with a new channel and hears all again.
      await next().catch(() => undefined);
    }
    this.#next.delete(kind);
  }
}
