/**
 * Whose each CDP session is. A session belongs to the owner of the session that it was attached from, so an owner
 * can neither use nor hear sessions of others.
 */
interface Session<Owner> {
  readonly owner: Owner;
  readonly children: Set<string>;
  readonly parent: string | undefined;
}

export class Sessions<Owner> {
  readonly #sessions = new Map<string, Session<Owner>>();

  /** Adds a session without parent, or gives it to another owner. */
  addRoot(sessionId: string, owner: Owner): void {
    this.#sessions.set(sessionId, { owner, children: new Set(), parent: undefined });
  }

  /** Adds a session that was attached from another. Without a known parent nothing is added. */
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
   * Removes a session with all that were attached from it, and returns their ids. The browser tells only of the
   * first.
   */
  remove(sessionId: string): string[] {
    const session = this.#sessions.get(sessionId);
    if (!session) return [];
    if (session.parent !== undefined) this.#sessions.get(session.parent)?.children.delete(sessionId);
    const removed = [sessionId];
    // The list grows while it is walked through: each session adds those below it.
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
