/** A container that exists only in simulated time. It exits when it is told to, or after a given time. */
import type { Clock } from '@unicore/protocol';
import type { Container } from './container.ts';

export interface SimulatedOptions {
  clock: Clock;
  /** It exits by itself after this time, ms. */
  livesMs?: number;
  /** The time between SIGTERM and the exit, ms. Without it, SIGTERM is ignored. */
  termMs?: number;
  exitCode?: number;
}

export class SimulatedContainer implements Container {
  readonly exited: Promise<number>;
  /** What happened to the container, in order. */
  readonly events: string[] = [];
  readonly #options: SimulatedOptions;
  #exit: (code: number) => void = () => {};
  #paused = false;
  /** What would have happened while it was frozen. */
  #held: (() => void)[] = [];

  constructor(options: SimulatedOptions) {
    this.#options = options;
    this.exited = new Promise((resolve) => {
      this.#exit = resolve;
    });
    const { clock, livesMs, exitCode = 0 } = options;
    if (livesMs !== undefined) clock.after(livesMs, () => this.#unlessPaused(() => this.#exit(exitCode)));
  }

  pause(): void {
    this.events.push('pause');
    this.#paused = true;
  }

  resume(): void {
    this.events.push('resume');
    this.#paused = false;
    for (const run of this.#held.splice(0)) run();
  }

  signal(signal: 'SIGTERM' | 'SIGTSTP' | 'SIGCONT'): void {
    this.events.push(signal);
    const { clock, termMs } = this.#options;
    if (signal === 'SIGTERM' && termMs !== undefined)
      clock.after(termMs, () => this.#unlessPaused(() => this.#exit(0)));
  }

  kill(): void {
    this.events.push('kill');
    this.#exit(137);
  }

  cutConnections(): void {
    this.events.push('cut');
  }

  #unlessPaused(run: () => void): void {
    if (this.#paused) this.#held.push(run);
    else run();
  }
}
