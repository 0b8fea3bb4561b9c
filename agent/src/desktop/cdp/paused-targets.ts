/**
 * Starts pages that a program keeps waiting. Playwright and Puppeteer have new pages wait until they are
 * ready to watch them. If such a program hangs or its line is lost, each new tab would stay empty for all programs and people.
 */
import type { Clock } from '@unicore/protocol';

/** A new page waits so many ms for a program. The program has it all the same, without the page's first moments. */
export const MOST_PAUSE_MS = 5_000;

export class PausedTargets {
  readonly #clock: Clock;
  readonly #resume: (sessionId: string) => void;
  readonly #waiting = new Map<string, () => void>();

  constructor(clock: Clock, resume: (sessionId: string) => void) {
    this.#clock = clock;
    this.#resume = resume;
  }

  add(sessionId: string): void {
    const cancel = this.#clock.after(MOST_PAUSE_MS, () => {
      this.#waiting.delete(sessionId);
      this.#resume(sessionId);
    });
    this.#waiting.set(sessionId, cancel);
  }

  /** The program has started the page, or the session has ended. */
  remove(sessionId: string): void {
    this.#waiting.get(sessionId)?.();
    this.#waiting.delete(sessionId);
  }

  clear(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }
}
