/**
 * Part of the chaos runs with several hubs: controls simulated users (typists) in several processes. Waits
 * until all of them are ready, collects the times of their echoes, and checks that no echo is missing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from '../../../testing/processes/child.ts';
import type { TypistCalls, TypistPlace } from '../../../testing/typing/typists-main.ts';
import { timeLimit } from '../../run/time-limit.ts';
import type { Deployment } from '../deployment.ts';
import type { Echo } from './echoes.ts';

/** Time limit for all terminals to start, and time limit for the last echoes to arrive, ms. */
const START_LIMIT_MS = 90_000;
const END_LIMIT_MS = 30_000;
/** Interval at which the latencies of echoes are collected from the processes of the simulated users, ms. */
const COLLECT_MS = 100;

export interface TypistsOptions {
  /** For each process: the terminals in which its simulated users type. */
  readonly places: readonly (readonly TypistPlace[])[];
  readonly everyMs: number;
  /** Called when a key's echo is wrong or does not arrive in time. */
  failed(message: string): void;
}

export class Typists {
  readonly echoes: Echo[] = [];
  readonly #options: TypistsOptions;
  readonly #children: readonly Child<TypistCalls>[];
  /** For each simulated user: the time at which the user typed the latest key whose echo has arrived. */
  readonly #last = new Map<number, number>();
  readonly #looks = new Set<() => void>();
  /** The loops that collect echoes. Each ends soon after `#isOver` is set. */
  readonly #collecting: Promise<void>[] = [];
  #isOver = false;

  constructor(deployment: Deployment, options: TypistsOptions) {
    this.#options = options;
    this.#children = options.places.map(() => new Child({ script: '../testing/typing/typists-main.ts' }));
    deployment.beforeClose(async () => {
      this.#isOver = true;
      // A call to a process that is just ending would fail with EPIPE.
      await Promise.all(this.#collecting);
      await Promise.all(this.#children.map((child) => child.kill()));
    });
  }

  /** Number of typed keys whose echo has arrived. */
  get keys(): number {
    return this.echoes.length;
  }

  /** Starts all simulated users. Resolves when each of their terminals echoes keys. */
  async start(): Promise<void> {
    const { places, everyMs, failed } = this.#options;
    const cancel = timeLimit(START_LIMIT_MS, (time) => failed(`Not every typist has started, ${time}.`));
    await Promise.all(this.#children.map((child, index) => child.call.connect([...places[index]!])));
    cancel();
    for (const child of this.#children) {
      await this.#collect(child);
      await child.call.start(everyMs);
      this.#collecting.push(this.#collectOn(child));
    }
  }

  /** Stops typing. Resolves when the echo of every key has arrived. */
  async finish(): Promise<void> {
    const missing = await Promise.all(this.#children.map((child) => child.call.stop(END_LIMIT_MS)));
    for (const child of this.#children) await this.#collect(child);
    const lost = missing.reduce((sum, count) => sum + count, 0);
    if (lost > 0) this.#options.failed(`${lost} keys have no echo, for ${END_LIMIT_MS / 1000} s.`);
  }

  /**
   * Waits until every simulated user saw the echo of a key that was typed at `time` or later. Resolves with
   * the time at which the last user saw this echo.
   */
  async since(time: number, limitMs: number): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = () => [...this.#last].filter(([, typed]) => typed < time).map(([typist]) => typist);
    const look = () => {
      if (waiting().length === 0) resolve();
    };
    this.#looks.add(look);
    look();
    const cancel = timeLimit(limitMs, (time) =>
      this.#options.failed(`Typists ${waiting()} see no echoes, ${time}.`),
    );
    await promise.finally(cancel);
    this.#looks.delete(look);
    return Math.max(...this.#firstSince(time));
  }

  /**
   * Returns a time for each simulated user: when the user saw the first echo of a key that was typed at
   * `time` or later.
   */
  #firstSince(time: number): number[] {
    const first = new Map<number, number>();
    for (const { typist, typed, tookMs } of this.echoes) {
      if (typed >= time && !first.has(typist)) first.set(typist, typed + tookMs);
    }
    return [...first.values()];
  }

  async #collectOn(child: Child<TypistCalls>): Promise<void> {
    while (!this.#isOver) {
      await sleep(COLLECT_MS);
      await this.#collect(child).catch((error: Error) => this.#isOver || this.#options.failed(error.message));
    }
  }

  async #collect(child: Child<TypistCalls>): Promise<void> {
    const { typists, due, tookMs, broken } = await child.call.typed();
    for (const message of broken) this.#options.failed(`${message}.`);
    for (const [i, typist] of typists.entries()) {
      this.echoes.push({ typist, typed: due[i]!, tookMs: tookMs[i]! });
      this.#last.set(typist, due[i]!);
    }
    for (const look of this.#looks) look();
  }
}
