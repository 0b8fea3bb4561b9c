/** The agent's log: one JSON object per line. The log contains ids, but never secrets or terminal output. */
import { type DestinationStream, type Logger, pino } from 'pino';

/**
 * Names of fields whose values are replaced in the log, also in objects that are nested up to two levels
 * deep.
 */
const SECRET = ['token', 'key', 'secret', 'signature', 'challenge', 'auth', 'data'];
const REDACT = SECRET.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/**
 * Creates a log destination that writes asynchronously, so that a slow reader of the log blocks nothing. When
 * the parent process is gone, nothing reads the log. Then the remaining lines are dropped. Otherwise pino
 * would retry the write without end, and the process would never exit.
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
