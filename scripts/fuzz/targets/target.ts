/**
 * Part of the fuzz run: the interface of a part of the product that can be fuzzed (a target: codec, session
 * or hub).
 */
import type { Memory } from '../run/memory.ts';
import type { Plan } from '../run/plan.ts';

export interface Target {
  /** Runs one fuzzing case. Throws an error if the case finds a defect of the product. */
  run(plan: Plan): Promise<void> | void;
  /** Measures the memory of the process that is fuzzed. Only defined if this is another process. */
  memory?(): Promise<Memory>;
  close(): Promise<void> | void;
}
