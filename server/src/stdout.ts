/** Where hub and agent write their logs, so that nobody waits for whoever reads them. */
import { type DestinationStream, pino } from 'pino';

/**
 * Written in the background: whoever reads slowly stops nobody. When the process that started this one is gone, so is who
 * reads, and what is left must be dropped: pino would try to write it for ever, and the process never end.
 */
export function stdout(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: false });
  const { flushSync } = stream;
  stream.flushSync = () => process.connected !== false && flushSync.call(stream);
  return stream;
}
