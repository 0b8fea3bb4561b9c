/**
 * Calls one listener with the newest event of each kind. While the listener has not answered, later events of the
 * same kind wait, and only the newest of them is kept. So a slow listener uses little memory.
 */
export class Newest {
  /** For each kind with a running call: the call that follows it, if any. */
  readonly #next = new Map<string, (() => Promise<void>) | undefined>();

  async tell(kind: string, call: () => Promise<void>): Promise<void> {
    const isBusy = this.#next.has(kind);
    this.#next.set(kind, call);
    if (isBusy) return;
    for (let next = this.#next.get(kind); next !== undefined; next = this.#next.get(kind)) {
      this.#next.set(kind, undefined);
      // Ignores failed calls: a listener that was disconnected opens a new channel and gets everything again.
      await next().catch(() => undefined);
    }
    this.#next.delete(kind);
  }
}
