/** A container that exists only in simulated time. It exits when it gets SIGTERM, or after a given time. */
import type { Clock } from '@unicore/protocol';
import type { Container } from './container.ts';

export interface SimulatedOptions {
  clock: Clock;
  /** The container exits by itself after this time, ms. */
  livesMs?: number;
  /** Time between SIGTERM and the exit, ms. If it is missing, the container ignores SIGTERM. */
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
  /** Work that fell into the time while the container was frozen. It is done afterwards. */
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
