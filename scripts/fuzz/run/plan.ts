/** One case of fuzzing. All of it follows from a seed, decision by decision, so that it can be run again. */
import { Random, seedOf } from '../../testing/random.ts';

export interface PlanOptions {
  seed: number;
  /** The number of the case in a run. */
  index: number;
  /** Decisions to carry out; all others change nothing. Default: all. */
  only?: ReadonlySet<number>;
  /** Called at each action, with the number of the next decision. */
  beat?: (decision: number) => void;
}

export interface Decision {
  random: Random;
  carriedOut: boolean;
}

export class Plan {
  readonly seed: number;
  readonly index: number;
  /** Randomness for everything but decisions, such as the setup of the case. */
  readonly random: Random;
  /** Numbers of the decisions that were carried out. */
  readonly taken: number[] = [];
  /** What was done, in words; collected only when a case is run again. */
  readonly story: string[] = [];
  /** Number of mutated frames that a receiver has looked at. */
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
   * Decides whether to do something now, with probability `share`. Each decision has its own randomness, and one that is
   * not carried out is still made: leaving it out changes no other.
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

  /** Reports an action: the case does not hang. */
  beat(): void {
    this.#beat(this.#next);
  }

  count(code: string): void {
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }

  /** Adds to the story, for a person who reads how a failure came about. */
  tell(what: () => string): void {
    if (this.#only) this.story.push(what());
  }
}
