/**
 * Part of the fuzz run: one fuzzing case. A seed determines all random decisions of the case (such as: change
 * this message), so that the case can be repeated.
 */
import { Random } from '@unicore/protocol/sim';
import { seedOf } from '../../testing/seed.ts';

export interface PlanOptions {
  seed: number;
  /** Index of this fuzzing case in its fuzz run (0 for the first case). */
  index: number;
  /**
   * Indexes of the random decisions (such as: change this message) to carry out in this fuzzing case. All
   * other decisions have no effect. Default: all decisions are carried out.
   */
  only?: ReadonlySet<number>;
  /**
   * Called at each action of the fuzzing case, as a sign that the case does not hang. `decision` is the index
   * of the case's next random decision.
   */
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
   * Random numbers for everything in the fuzzing case except its decisions (such as: change this message).
   * Each decision has its own random numbers.
   */
  readonly random: Random;
  /**
   * Indexes of the random decisions (such as: change this message) that this fuzzing case has carried out.
   */
  readonly taken: number[] = [];
  /** Description in words of what this fuzzing case did. Filled only if the option `only` is set. */
  readonly story: string[] = [];
  /** Number of changed frames of this fuzzing case that reached a receiver. */
  frames = 0;
  /**
   * How often each outcome occurred in this fuzzing case. An outcome is, for example, an error code or a
   * close code.
   */
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
   * Makes a random decision of the fuzzing case, such as: change this message. The result is positive with
   * this probability (0 to 1), and undefined otherwise. Each decision has its own random numbers, even if it
   * is not carried out. So leaving out one decision does not change the others.
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

  /** Reports an action of the fuzzing case to the watching thread, as a sign that the case does not hang. */
  beat(): void {
    this.#beat(this.#next);
  }

  count(code: string): void {
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }

  /** Adds a line to the description of what this fuzzing case did. */
  tell(what: () => string): void {
    if (this.#only) this.story.push(what());
  }
}
