/** Messages between the thread that fuzzes and the thread that watches for hangs. */

import type { TargetName } from '../targets/index.ts';
import type { Memory } from './memory.ts';

export interface WorkerData {
  target: TargetName;
  seed: number;
  /**
   * Shared memory in which the fuzzing thread records its progress at each action. If its content does not
   * change, the fuzzing thread hangs.
   */
  pulse: SharedArrayBuffer;
}

/**
 * Indexes of the values in `pulse`: a counter of updates, the number of the current case, and the number of
 * the newest random decision in this case. BYTES is the size of the buffer.
 */
export const Pulse = { BEATS: 0, CASE: 1, DECISION: 2, BYTES: 12 } as const;

/**
 * An order for the worker to run cases. With `only`, the worker runs one case, and carries out only the
 * random decisions with these numbers.
 */
export interface Order {
  from: number;
  /** The worker runs cases for this time (ms), or until this many changed frames have reached a receiver. */
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
  /** Text of the error that was found, with its stack trace. */
  text: string;
  /**
   * Numbers of the random decisions (such as: change this message) that were carried out in the failed case.
   */
  taken: number[];
  story: string[];
}
