/** Resizes an exec's terminal, with retries, since the engine refuses until the program has really started. */
import type Docker from 'dockerode';
import type { PtySize } from './pty.ts';

const RETRY_MS = 10;
/** After this many failures in a row the size is dropped: the program has failed to start, or the engine is overloaded. */
const RETRIES = 200;

/** Returns a function that sets the size. It may be called at any time; of several quick calls only the last may reach the engine. */
export function startedResize(exec: Docker.Exec, over: () => boolean): (size: PtySize) => void {
  let wanted: PtySize | undefined;
  let busy = false;

  async function apply(): Promise<void> {
    for (let tries = 0; wanted && tries < RETRIES && !over(); ) {
      const size = wanted;
      try {
        await exec.resize({ h: size.rows, w: size.cols });
        if (wanted === size) wanted = undefined;
        tries = 0;
      } catch {
        tries++;
        await new Promise((soon) => setTimeout(soon, RETRY_MS));
      }
    }
    wanted = undefined;
  }

  return (size) => {
    wanted = size;
    if (busy || over()) return;
    busy = true;
    void apply().finally(() => {
      busy = false;
    });
  };
}
