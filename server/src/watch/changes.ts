/** The changes that wait to be sent to the client of a live list, such as its list of VMs. */
import { UniCoreError } from '@unicore/protocol';
import type { HubEvents } from '../events/index.ts';

/**
 * Collects the changes of a live list. For each entry of the list, only its newest state is kept. The
 * iterator of `batches()` ends when the signal aborts. It throws when the user's session ends.
 */
export class Changes<T> {
  readonly #pending = new Map<string, T>();
  readonly #events: HubEvents;
  readonly #sessionId: string;
  readonly #signal: AbortSignal | undefined;
  #allDue = true;
  #signedOut = false;
  #wake: () => void = () => {};

  constructor(events: HubEvents, sessionId: string, signal: AbortSignal | undefined) {
    this.#events = events;
    this.#sessionId = sessionId;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#aborted);
    events.on('sessionEnded', this.#sessionEnded);
    events.on('interrupted', this.#interrupted);
  }

  add(id: string, what: T): void {
    this.#pending.set(id, what);
    this.#wake();
  }

  close(): void {
    this.#signal?.removeEventListener('abort', this.#aborted);
    this.#events.off('sessionEnded', this.#sessionEnded);
    this.#events.off('interrupted', this.#interrupted);
  }

  /**
   * Yields the text 'all' if the caller must read the complete list: at first, and when changes may have been
   * lost. Otherwise yields the entries that have changed.
   */
  async *batches(): AsyncGenerator<T[] | 'all'> {
    while (!this.#signal?.aborted) {
      if (this.#signedOut)
        throw new UniCoreError('UNAUTHENTICATED', 'This session was ended. Sign in again.');
      if (this.#allDue) {
        this.#allDue = false;
        // When the caller gets 'all', it reads the complete list from the store. The complete list includes
        // the changes that are queued now, so the queue is emptied.
        this.#pending.clear();
        yield 'all';
      } else if (this.#pending.size > 0) {
        const batch = [...this.#pending.values()];
        this.#pending.clear();
        yield batch;
      } else {
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
      }
    }
  }

  readonly #aborted = (): void => this.#wake();

  readonly #interrupted = (): void => {
    this.#allDue = true;
    this.#wake();
  };

  readonly #sessionEnded = (sessionId: string): void => {
    if (sessionId !== this.#sessionId) return;
    this.#signedOut = true;
    this.#wake();
  };
}
