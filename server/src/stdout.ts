/** The stream for logs on stdout. It never blocks the process on a slow reader. */
import { type DestinationStream, pino } from 'pino';

/**
 * Writes in the background, so a slow reader stops nothing. After the parent process is gone nothing reads the pipe:
 * pino would retry the flush without end and the process would never exit, so the rest is dropped.
 */
export function stdout(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: false });
  const { flushSync } = stream;
  stream.flushSync = () => process.connected !== false && flushSync.call(stream);
  return stream;
}
