/**
 * Waits for a pause in the output. After an interrupt, output from before the interrupt still arrives. A
 * Docker engine buffers more than a megabyte of output, which takes some tens of ms to arrive at full speed.
 */
import type { Clock } from '@unicore/protocol';
import type { Output } from '../output/index.ts';

/**
 * A pause is QUIET_LOOKS checks in a row without new output, one check every LOOK_MS (ms). In continuous
 * output, gaps of up to 14 ms were measured.
 */
const LOOK_MS = 10;
const QUIET_LOOKS = 3;
/**
 * Largest number of checks for new output. Then the wait for a pause ends, even if the program still writes.
 */
const MOST_LOOKS = 30;

export interface PauseOptions {
  clock: Clock;
  output: Output;
  /**
   * Returns true while nothing is read from the PTY. Then no output arrives although the program may still
   * write, so this time does not count as a pause in the output.
   */
  held(): boolean;
}

/** Calls `done` once, at the next pause in the output. Returns a function that cancels the wait. */
export function waitForPause({ clock, output, held }: PauseOptions, done: () => void): () => void {
  let seen = output.end;
  let quiet = 0;
  let looks = 0;
  let cancel: () => void;
  const look = () => {
    quiet = output.end === seen && !held() ? quiet + 1 : 0;
    looks++;
    seen = output.end;
    if (quiet === QUIET_LOOKS || looks === MOST_LOOKS) return done();
    cancel = clock.after(LOOK_MS, look);
  };
  cancel = clock.after(LOOK_MS, look);
  return () => cancel();
}
