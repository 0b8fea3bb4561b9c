/** What the thread that fuzzes and the thread that watches it say to each other. */

import type { TargetName } from '../targets/index.ts';
import type { Memory } from './memory.ts';

export interface WorkerData {
  target: TargetName;
  seed: number;
  /** What is being done, written with everything that is done: when it stands still, something hangs. */
  pulse: SharedArrayBuffer;
}

/** Numbers in the pulse: one that rises each time, the case, and the newest decision in it. */
export const Pulse = { BEATS: 0, CASE: 1, DECISION: 2, BYTES: 12 } as const;

/** Run these cases and say how it went; only: of one case, the decisions to carry out. */
export interface Order {
  from: number;
  /** Until then, or until so many frames are through. */
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
  /** What was found, with its stack. */
  text: string;
  /** The decisions that led to it. */
  taken: number[];
  story: string[];
}
