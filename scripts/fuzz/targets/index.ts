/** Part of the fuzz run: lists the parts of the product that can be fuzzed (the targets), by name. */
import { record } from '../recording.ts';
import type { Plan } from '../run/plan.ts';
import { codec } from './codec-target.ts';
import { hubTarget } from './hub-target.ts';
import { session } from './session-target.ts';
import type { Target } from './target.ts';

/**
 * Seed of the recorded session whose frames the fuzz run changes. The session is recorded at each start, and
 * this seed makes every recording the same.
 */
const RECORDING = 1;

export const TARGETS = {
  codec: async () => pure(codec, await record(RECORDING)),
  session: async () => pure(session, await record(RECORDING)),
  hub: async () => hubTarget(await record(RECORDING)),
} satisfies Record<string, () => Promise<Target>>;

export type TargetName = keyof typeof TARGETS;

type Run = (plan: Plan, recorded: readonly Uint8Array[]) => Promise<void> | void;

function pure(run: Run, recorded: readonly Uint8Array[]): Target {
  return { run: (plan) => run(plan, recorded), close() {} };
}
