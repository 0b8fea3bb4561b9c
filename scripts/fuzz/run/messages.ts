/**
 * Part of the fuzz run: messages between the worker thread that fuzzes and the main thread that watches it
 * for hangs.
 */

import type { TargetName } from '../targets/index.ts';
import type { Memory } from './memory.ts';

export interface WorkerData {
  target: TargetName;
  seed: number;
  /**
   * Shared memory in which the worker thread records its progress at each action of a fuzzing case. If its
   * content does not change for too long, the worker thread hangs.
   */
  pulse: SharedArrayBuffer;
}

/**
 * Indexes of the values in the shared memory `pulse`: how often it was updated, the index of the current
 * fuzzing case, and the index of this case's next random decision. BYTES is the size of the shared memory.
 */
export const Pulse = { BEATS: 0, CASE: 1, DECISION: 2, BYTES: 12 } as const;

/**
 * An order for the worker thread to run fuzzing cases, beginning with the case of index `from`. With `only`,
 * it runs this one case, and carries out only the random decisions with these indexes.
 */
export interface Order {
  from: number;
  /**
   * The worker thread runs fuzzing cases for this time (ms), or until this many changed frames have reached a
   * receiver.
   */
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
  /** Text of the error with which the fuzzing case failed, with its stack trace. */
  text: string;
  /**
   * Indexes of the random decisions (such as: change this message) that were carried out in the failed
   * fuzzing case.
   */
  taken: number[];
  story: string[];
}
