/** The targets that can be fuzzed: codec, session and hub. */
import type { Memory } from '../run/memory.ts';
import type { Plan } from '../run/plan.ts';

export interface Target {
  /** Runs one case; throws what it found. */
  run(plan: Plan): Promise<void> | void;
  /** Memory of the attacked process, if the target runs in another one. */
  memory?(): Promise<Memory>;
  close(): Promise<void> | void;
}
