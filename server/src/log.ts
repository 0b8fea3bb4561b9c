/** Creates the hub's logger. It writes one JSON object per line to stdout, and it redacts secrets. */
import { type DestinationStream, type Logger, pino } from 'pino';
import { stdout } from './stdout.ts';

/** The logger redacts fields with these names, up to two levels deep. */
const SECRET = ['token', 'ticket', 'key', 'secret', 'cookie', 'authorization', 'signature', 'challenge'];
const REDACT = SECRET.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

export function createLog(level: string, destination: DestinationStream = stdout()): Logger {
  const options = { level, base: { name: 'hub' }, redact: { paths: REDACT, censor: '[secret]' } };
  return pino(options, destination);
}
