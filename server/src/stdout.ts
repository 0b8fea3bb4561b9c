/** The output stream for logs on stdout. A slow reader never blocks the process. */
import { type DestinationStream, pino } from 'pino';

/**
 * Writes in the background, so that a slow reader does not block the process. When the parent process has
 * ended, nothing reads the pipe any more. pino would then retry the last write forever and the process would
 * never exit, so the remaining lines are dropped.
 */
export function stdout(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: false });
  const { flushSync } = stream;
  stream.flushSync = () => process.connected !== false && flushSync.call(stream);
  return stream;
}
