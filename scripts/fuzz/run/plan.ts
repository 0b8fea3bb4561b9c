/**
 * One fuzzing case. A seed determines all random decisions of the case (such as: change this message), so
 * that the case can be repeated.
 */
import { Random } from '@unicore/protocol/sim';
import { seedOf } from '../../testing/seed.ts';

export interface PlanOptions {
  seed: number;
  /** Number of the case in its run. */
  index: number;
  /**
   * Numbers of the random decisions to carry out. All other decisions have no effect. Default: all decisions
   * are carried out.
   */
  only?: ReadonlySet<number>;
  /** Called at each action as a sign of progress, with the number of the next random decision. */
  beat?: (decision: number) => void;
}

export interface Decision {
  random: Random;
  carriedOut: boolean;
}

export class Plan {
  readonly seed: number;
  readonly index: number;
  /**
   * Random numbers for everything in the case except its decisions. Each decision has its own random numbers.
   */
  readonly random: Random;
  /** Numbers of the decisions that were carried out. */
  readonly taken: number[] = [];
  /** Description of all actions, in words. Filled only when a case is repeated. */
  readonly story: string[] = [];
  /** Number of changed frames that reached a receiver. */
  frames = 0;
  /** How often each outcome occurred, such as an error code or a close code. */
  readonly codes = new Map<string, number>();
  readonly #beat: (decision: number) => void;
  readonly #only: ReadonlySet<number> | undefined;
  #next = 0;

  constructor({ seed, index, only, beat = () => {} }: PlanOptions) {
    this.seed = seed;
    this.index = index;
    this.random = new Random(seedOf(seed, index));
    this.#only = only;
    this.#beat = beat;
  }

  /**
   * Makes a random decision, which is positive with this probability. Each decision has its own random
   * numbers, even if it is not carried out. So leaving out one decision does not change the others.
   */
  decide(share: number): Decision | undefined {
    this.beat();
    const number = this.#next++;
    const random = new Random(seedOf(this.seed, this.index, number));
    if (!random.chance(share)) return undefined;
    const carriedOut = this.#only?.has(number) !== false;
    if (carriedOut) this.taken.push(number);
    return { random, carriedOut };
  }

  /** Reports an action to the watching thread, as a sign that the case does not hang. */
  beat(): void {
    this.#beat(this.#next);
  }

  count(code: string): void {
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }

  /** Adds a line to the description of the case. */
  tell(what: () => string): void {
    if (this.#only) this.story.push(what());
  }
}
