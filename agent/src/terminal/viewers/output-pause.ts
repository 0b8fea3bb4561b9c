/**
 * Waits for a pause in the output. What a program wrote before it was interrupted still comes for a while: an engine has
 * more than a megabyte on its way, which arrives within some hundredths of a second once it is read at full speed.
 */
import type { Clock } from '@unicore/protocol';
import type { Output } from '../output/index.ts';

/** How often the output is looked at, and how many times in a row nothing must have come: seen gaps were up to 14 ms. */
const LOOK_MS = 10;
const QUIET_LOOKS = 3;
/** A program that goes on writing is not waited for any longer. */
const MOST_LOOKS = 30;

export interface PauseOptions {
  clock: Clock;
  output: Output;
  /** The output is not read at the moment, so that nothing comes means nothing. */
  held(): boolean;
}

/** Calls done once; the returned function cancels. */
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
