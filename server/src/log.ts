/** The hub's log: one JSON object a line on stdout, with ids and never a secret. */
import { type DestinationStream, type Logger, pino } from 'pino';
import { stdout } from './stdout.ts';

/** Whatever an object is called by one of these names never reaches the log, wherever it hangs. */
const SECRET = ['token', 'ticket', 'key', 'secret', 'cookie', 'authorization', 'signature', 'challenge'];
const REDACT = SECRET.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

export function createLog(level: string, destination: DestinationStream = stdout()): Logger {
  const options = { level, base: { name: 'hub' }, redact: { paths: REDACT, censor: '[secret]' } };
  return pino(options, destination);
}
