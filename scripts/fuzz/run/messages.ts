/** Messages between the fuzzing thread and the thread that watches it. */

import type { TargetName } from '../targets/index.ts';
import type { Memory } from './memory.ts';

export interface WorkerData {
  target: TargetName;
  seed: number;
  /** Shared memory that describes the current action. If it stops changing, the worker hangs. */
  pulse: SharedArrayBuffer;
}

/** Numbers in the pulse: a counter of actions, the case, and the newest decision in it. */
export const Pulse = { BEATS: 0, CASE: 1, DECISION: 2, BYTES: 12 } as const;

/** Run these cases and report the outcome. only: the decisions to carry out, if a single case is run. */
export interface Order {
  from: number;
  /** Stop after this time, or after this many frames. */
  untilMs: number;
  frames: number;
  only?: number[];
}

export interface Done {
  cases: number;
  frames: number;
  codes: Map<string, number>;
  memory: Memory;
  failure?: Failure;
}

export interface Failure {
  target: TargetName;
  seed: number;
  index: number;
  /** The failure, with its stack. */
  text: string;
  /** The decisions that were carried out before the failure. */
  taken: number[];
  story: string[];
}
