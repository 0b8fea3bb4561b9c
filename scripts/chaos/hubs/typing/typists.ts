/** Controls typists in several processes: waits until all are ready, collects echoes, and checks that none is missing. */
import { join } from 'node:path';
import type { Program } from '../../../testing/processes/program.ts';
import type { Programs } from '../../../testing/processes/programs.ts';
import { type Echo, FromTypists, type ToTypists, type TypistPlace } from './messages.ts';

/** Time limits for all terminals to start, and for the last echoes, ms. */
const START_LIMIT_MS = 90_000;
const END_LIMIT_MS = 30_000;

export interface TypistsOptions {
  /** Places of the typists, grouped by process. */
  readonly places: readonly (readonly TypistPlace[])[];
  readonly everyMs: number;
  /** Called when an echo is wrong or does not come in time. */
  failed(message: string): void;
}

export class Typists {
  readonly echoes: Echo[] = [];
  /** Number of keys typed by the typists that are done. */
  keys = 0;
  readonly #options: TypistsOptions;
  readonly #programs: readonly Program[];
  /** By typist: when it typed the last key that was echoed. */
  readonly #last = new Map<number, number>();
  readonly #looks = new Set<() => void>();
  #awaited = new Set<number>();
  #allDone: () => void = () => undefined;

  constructor(programs: Programs, options: TypistsOptions) {
    this.#options = options;
    this.#programs = options.places.map((_, index) =>
      programs.add(`typists-${index}`, {
        args: () => [join(import.meta.dirname, 'typists-process.ts')],
        message: (message) => this.#said(FromTypists.parse(message)),
      }),
    );
  }

  /** Starts all typists; settles when every terminal echoes. */
  async start(): Promise<void> {
    const { places, everyMs } = this.#options;
    await Promise.all(this.#programs.map((program) => program.start()));
    const ready = this.#all(START_LIMIT_MS, 'have not started');
    for (const [index, program] of this.#programs.entries()) {
      tell(program, { type: 'start', places: [...places[index]!], everyMs });
    }
    await ready;
  }

  /** Stops typing; settles when every key was echoed. */
  async finish(): Promise<void> {
    const done = this.#all(END_LIMIT_MS, 'have lost keys');
    for (const program of this.#programs) tell(program, { type: 'finish' });
    await done;
  }

  /** Settles when every typist saw the echo of a key typed at `time` or later; resolves with when the last one did. */
  async since(time: number, limitMs: number): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = () => [...this.#last].filter(([, typed]) => typed < time).map(([typist]) => typist);
    const look = () => {
      if (waiting().length === 0) resolve();
    };
    this.#looks.add(look);
    look();
    const limit = setTimeout(
      () => this.#options.failed(`Typists ${waiting()} see no echoes, for ${limitMs / 1000} s.`),
      limitMs,
    );
    await promise.finally(() => clearTimeout(limit));
    this.#looks.delete(look);
    return Math.max(...this.#firstSince(time));
  }

  /** When each typist saw the first echo of a key typed since `time`. */
  #firstSince(time: number): number[] {
    const first = new Map<number, number>();
    for (const { typist, typed, tookMs } of this.echoes) {
      if (typed >= time && !first.has(typist)) first.set(typist, typed + tookMs);
    }
    return [...first.values()];
  }

  #said(message: FromTypists): void {
    if (message.type === 'echoes') return this.#heard(message.echoes);
    const { typist } = message;
    if (message.type === 'broken') return this.#options.failed(`Typist ${typist}: ${message.message}.`);
    if (message.type === 'done') this.keys += message.keys;
    this.#awaited.delete(typist);
    if (this.#awaited.size === 0) this.#allDone();
  }

  #heard(echoes: readonly Echo[]): void {
    this.echoes.push(...echoes);
    for (const { typist, typed } of echoes) this.#last.set(typist, typed);
    for (const look of this.#looks) look();
  }

  async #all(limitMs: number, complaint: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaited = new Set(this.#options.places.flat().map(({ typist }) => typist));
    this.#allDone = resolve;
    const limit = setTimeout(() => {
      this.#options.failed(`Typists ${[...this.#awaited]} ${complaint}, for ${limitMs / 1000} s.`);
    }, limitMs);
    await promise.finally(() => clearTimeout(limit));
  }
}

function tell(program: Program, message: ToTypists): void {
  program.send(message);
}
