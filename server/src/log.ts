/** The hub's log: one JSON object a line on stdout, with ids and never a secret. */
import { type DestinationStream, type Logger, pino } from 'pino';

/** Whatever an object is called by one of these names never reaches the log, wherever it hangs. */
const SECRET = ['token', 'ticket', 'key', 'secret', 'cookie', 'authorization', 'signature', 'challenge'];
const REDACT = SECRET.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

export function createLog(level: string, destination: DestinationStream = stdout()): Logger {
  const options = { level, base: { name: 'hub' }, redact: { paths: REDACT, censor: '[secret]' } };
  return pino(options, destination);
}

/**
 * Written in the background: whoever reads slowly stops nobody. When the process that started this one is gone, so is who
 * reads, and what is left must be dropped: pino would try to write it for ever, and the process never end.
 */
function stdout(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: false });
  const { flushSync } = stream;
  stream.flushSync = () => process.connected !== false && flushSync.call(stream);
  return stream;
}
