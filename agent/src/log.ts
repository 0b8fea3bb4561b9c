/** The agent's log: one JSON object a line, with ids and never a secret or what a terminal says. */
import { type DestinationStream, type Logger, pino } from 'pino';

/** Whatever an object is called by one of these names never reaches the log, wherever it hangs. */
const SECRET = ['token', 'key', 'secret', 'signature', 'challenge', 'auth', 'data'];
const REDACT = SECRET.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/**
 * Writes in the background, so that a slow reader stops nothing. Once the parent process is gone there is no reader, and
 * what is left must be dropped: pino would try to write it without end, and the process would never exit.
 */
function stdout(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: false });
  const { flushSync } = stream;
  stream.flushSync = () => process.connected !== false && flushSync.call(stream);
  return stream;
}

export function createLog(level: string, destination: DestinationStream = stdout()): Logger {
  const options = { level, base: { name: 'agent' }, redact: { paths: REDACT, censor: '[secret]' } };
  return pino(options, destination);
}
