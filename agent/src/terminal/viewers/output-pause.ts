/**
 * Waits for a pause in the output. After an interrupt, output that the program wrote before still arrives: an engine buffers
 * more than a megabyte, which takes some tens of milliseconds to arrive at full speed.
 */
import type { Clock } from '@unicore/protocol';
import type { Output } from '../output/index.ts';

/** A pause is this many checks in a row, at this interval, without new output. Gaps of up to 14 ms were measured. */
const LOOK_MS = 10;
const QUIET_LOOKS = 3;
/** Limit of checks, for a program that keeps writing. */
const MOST_LOOKS = 30;

export interface PauseOptions {
  clock: Clock;
  output: Output;
  /** Whether the PTY is paused. Then no output does not mean a pause of the program. */
  held(): boolean;
}

/** Calls `done` once, at the next pause in the output. The returned function cancels. */
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
