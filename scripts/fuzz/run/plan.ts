/** One case of fuzzing: what happens in it follows from a seed, decision by decision, so that it can be run again. */
import { Random, seedOf } from '../../testing/random.ts';

export interface PlanOptions {
  seed: number;
  /** The number of the case in a run. */
  index: number;
  /** Decisions that are carried out; all others leave things as they are. Default: all. */
  only?: ReadonlySet<number>;
  /** Called with everything that is done; with the number of the next decision. */
  beat?: (decision: number) => void;
}

export interface Decision {
  random: Random;
  carriedOut: boolean;
}

export class Plan {
  readonly seed: number;
  readonly index: number;
  /** For all that is no decision: how the case is set up. */
  readonly random: Random;
  /** Numbers of the decisions that were carried out. */
  readonly taken: number[] = [];
  /** What was done, for a person; gathered in a case that is run again. */
  readonly story: string[] = [];
  /** Mutated frames that a receiver has looked at. */
  frames = 0;
  /** How often each outcome was seen. */
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
   * Whether to do something now, in so many of 1 cases. Each decision has its own randomness, and one that is not
   * carried out is still made: leaving it out changes no other.
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

  /** Something was done: the case does not hang. */
  beat(): void {
    this.#beat(this.#next);
  }

  count(code: string): void {
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }

  /** For whoever reads how a failure came about. */
  tell(what: () => string): void {
    if (this.#only) this.story.push(what());
  }
}
