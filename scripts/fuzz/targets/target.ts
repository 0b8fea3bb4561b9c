/** What can be fuzzed. */
import { record } from '../recording.ts';
import type { Memory } from '../run/memory.ts';
import type { Plan } from '../run/plan.ts';
import { codec } from './codec-target.ts';
import { hubTarget } from './hub-target.ts';
import { session } from './session-target.ts';

export interface Target {
  /** One case; throws what it found. */
  run(plan: Plan): Promise<void> | void;
  /** Of the process that is attacked, where that is another one. */
  memory?(): Promise<Memory>;
  close(): Promise<void> | void;
}

/** Sessions are recorded anew each time, always the same. */
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
