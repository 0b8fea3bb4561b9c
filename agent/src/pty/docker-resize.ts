/**
 * Resizes the terminal of a Docker exec. Retries, since the engine refuses to resize before the program has
 * started.
 */
import type Docker from 'dockerode';
import type { PtySize } from './pty.ts';

const RETRY_MS = 10;
/**
 * Number of failed resize calls in a row after which the new terminal size is dropped. Then the program has
 * failed to start, or the engine is overloaded.
 */
const RETRIES = 200;

/**
 * Returns a function that sets the size of the exec's terminal. If that function is called several times
 * quickly, only the last size may reach the engine.
 */
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
