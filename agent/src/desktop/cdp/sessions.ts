/**
 * Stores the owner of each CDP session. A session has the same owner as the session from which it was attached.
 * So an owner cannot use the sessions of others, and gets none of their events.
 */
interface Session<Owner> {
  readonly owner: Owner;
  readonly children: Set<string>;
  readonly parent: string | undefined;
}

export class Sessions<Owner> {
  readonly #sessions = new Map<string, Session<Owner>>();

  /** Adds a session that has no parent. A known session gets the new owner. */
  addRoot(sessionId: string, owner: Owner): void {
    this.#sessions.set(sessionId, { owner, children: new Set(), parent: undefined });
  }

  /** Adds a session that was attached from the session `parent`. Does nothing if the parent is unknown. */
  add(sessionId: string, parent: string): void {
    const known = this.#sessions.get(parent);
    if (!known || this.#sessions.has(sessionId)) return;
    known.children.add(sessionId);
    this.#sessions.set(sessionId, { owner: known.owner, children: new Set(), parent });
  }

  owner(sessionId: string): Owner | undefined {
    return this.#sessions.get(sessionId)?.owner;
  }

  /**
   * Removes a session and all sessions that were attached from it, and returns their ids. The browser reports
   * only the end of the first one.
   */
  remove(sessionId: string): string[] {
    const session = this.#sessions.get(sessionId);
    if (!session) return [];
    if (session.parent !== undefined) this.#sessions.get(session.parent)?.children.delete(sessionId);
    const removed = [sessionId];
    // The loop adds to the list while it runs: each session adds the sessions below it.
    for (const id of removed) {
      removed.push(...(this.#sessions.get(id)?.children ?? []));
      this.#sessions.delete(id);
    }
    return removed;
  }

  clear(): void {
    this.#sessions.clear();
  }

  get size(): number {
    return this.#sessions.size;
  }
}
