/** The targets that can be fuzzed: codec, session and hub. */
import { record } from '../recording.ts';
import type { Memory } from '../run/memory.ts';
import type { Plan } from '../run/plan.ts';
import { codec } from './codec.ts';
import { hubTarget } from './hub.ts';
import { session } from './session.ts';

export interface Target {
  /** Runs one case; throws the failure that it found. */
  run(plan: Plan): Promise<void> | void;
  /** Memory of the process that is attacked, if it is another one. */
  memory?(): Promise<Memory>;
  close(): Promise<void> | void;
}

/** Seed of the recorded session: each start records the same one. */
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
