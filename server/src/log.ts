/** The hub's log: one JSON object per line on stdout, with ids but without secrets. */
import { type DestinationStream, type Logger, pino } from 'pino';
import { stdout } from './stdout.ts';

/** Fields with these names are redacted, up to two levels deep. */
const SECRET = ['token', 'ticket', 'key', 'secret', 'cookie', 'authorization', 'signature', 'challenge'];
const REDACT = SECRET.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

export function createLog(level: string, destination: DestinationStream = stdout()): Logger {
  const options = { level, base: { name: 'hub' }, redact: { paths: REDACT, censor: '[secret]' } };
  return pino(options, destination);
}
