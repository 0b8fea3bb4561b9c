/** Sizes for an exec's terminal, one after the other; the engine refuses them until the program has really started. */
import type Docker from 'dockerode';
import type { PtySize } from './pty.ts';

const RETRY_MS = 10;
/** A program that has not started by then never will, or the engine is too busy for a size to matter. */
const RETRIES = 200;

/** The returned function may be called at any time; only the last size of several quick ones reaches the engine. */
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
