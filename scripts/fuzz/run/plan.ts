/** One case of fuzzing: what happens in it follows from a seed, decision by decision, so that it can be run again. */
import { Random, seedOf } from '../random.ts';

export interface PlanOptions {
  seed: number;
  /** The number of the case in a run. */
  index: number;
  /** Decisions that are carried out; all others leave things as they are. Default: all. */
  only?: ReadonlySet<number>;
  /** Called with everything that is done. */
  beat?: () => void;
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
  /** Something was done: the case does not hang. */
  readonly beat: () => void;
  readonly #only: ReadonlySet<number> | undefined;
  #next = 0;

  constructor({ seed, index, only, beat = () => {} }: PlanOptions) {
    this.seed = seed;
    this.index = index;
    this.random = new Random(seedOf(seed, index));
    this.#only = only;
    this.beat = beat;
  }

  /**
   * Whether to do something now, in so many of 1 cases: the randomness to do it with. Each decision has its own, so
   * leaving one out changes no other.
   */
  decide(share: number): Random | undefined {
    this.beat();
    const number = this.#next++;
    const random = new Random(seedOf(this.seed, this.index, number));
    if (!random.chance(share) || this.#only?.has(number) === false) return undefined;
    this.taken.push(number);
    return random;
  }

  count(code: string): void {
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }

  /** For whoever reads how a failure came about. */
  tell(what: () => string): void {
    if (this.#only) this.story.push(what());
  }
}
