/** A target that can be fuzzed: codec, session or hub. */
import type { Memory } from '../run/memory.ts';
import type { Plan } from '../run/plan.ts';

export interface Target {
  /** Runs one case. Throws an error if the case finds a defect. */
  run(plan: Plan): Promise<void> | void;
  /** Measures the memory of the attacked process. Only defined if the target runs in another process. */
  memory?(): Promise<Memory>;
  close(): Promise<void> | void;
}
