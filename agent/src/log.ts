/** The agent's log: one JSON object a line, with ids and never a secret or what a terminal says. */
import { stdout } from '@unicore/server/stdout';
import { type DestinationStream, type Logger, pino } from 'pino';

/** Whatever an object is called by one of these names never reaches the log, wherever it hangs. */
const SECRET = ['token', 'key', 'secret', 'signature', 'challenge', 'auth', 'data'];
const REDACT = SECRET.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

export function createLog(level: string, destination: DestinationStream = stdout()): Logger {
  const options = { level, base: { name: 'agent' }, redact: { paths: REDACT, censor: '[secret]' } };
  return pino(options, destination);
}
