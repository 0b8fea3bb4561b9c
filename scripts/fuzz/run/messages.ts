/** Messages between the thread that fuzzes and the thread that watches it. */

import type { TargetName } from '../targets/index.ts';
import type { Memory } from './memory.ts';

export interface WorkerData {
  target: TargetName;
  seed: number;
  /** Progress of the fuzzing thread, which updates it with each action. If it stands still, the thread hangs. */
  pulse: SharedArrayBuffer;
}

/**
 * Places in the pulse: a counter of updates, the current case, and the newest decision of that case. BYTES is its size.
 */
export const Pulse = { BEATS: 0, CASE: 1, DECISION: 2, BYTES: 12 } as const;

/** Order to run cases and to report. only: the decisions to carry out, if there is just one case. */
export interface Order {
  from: number;
  /** Run cases for this time, or until this many frames are done. */
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
  /** The error that was found, with its stack. */
  text: string;
  /** Numbers of the decisions that led to the failure. */
  taken: number[];
  story: string[];
}
