/**
 * Starts new pages that wait too long for a program. Playwright and Puppeteer make each new page wait until
 * they observe it. If such a program hangs or loses its connection, every new tab would stay empty, for all
 * programs and people.
 */
import type { Clock } from '@unicore/protocol';

/**
 * Longest time that a new page waits for a program, ms. After that the page starts. The program can still use
 * the page, but has missed its first events.
 */
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

  /** Called when the program has started the page, or when the session has ended. */
  remove(sessionId: string): void {
    this.#waiting.get(sessionId)?.();
    this.#waiting.delete(sessionId);
  }

  clear(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }
}
