/** Interface of a fuzz target: the part of the system that a fuzzing run attacks. */
import type { Memory } from '../run/memory.ts';
import type { Plan } from '../run/plan.ts';

export interface Target {
  /** Runs one case; throws the failure that it found. */
  run(plan: Plan): Promise<void> | void;
  /** Memory of the attacked process, if the target runs in another one. */
  memory?(): Promise<Memory>;
  close(): Promise<void> | void;
}
