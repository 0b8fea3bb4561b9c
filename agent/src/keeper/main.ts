/** The keeper process: `main.ts AGENT_DIR`, started by launch.ts. Says on a pipe when it listens. */
import { closeSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { UniCoreError } from '@unicore/protocol';
import { pino } from 'pino';
import { BoundedLog } from './bounded-log.ts';
import { startKeeper } from './keeper.ts';
import { LOG_FILE } from './spawn.ts';

/** spawn.ts waits at the other end. */
const READY_FD = 3;

const [, , agentDir] = process.argv;
if (agentDir === undefined) throw new Error('usage: main.ts AGENT_DIR');
// What the machine's owner sees in a list of processes.
process.title = `unicore-keeper ${agentDir}`;

const log = pino({ base: { pid: process.pid, part: 'keeper' } }, new BoundedLog(join(agentDir, LOG_FILE)));

// Shells are not ended by whoever ends a whole group of processes: closing a window, Ctrl-C in it.
for (const signal of ['SIGHUP', 'SIGINT'] as const) process.on(signal, () => undefined);

// A defect that one terminal meets may not end the shells of all the others.
process.on('uncaughtException', (error) => log.error({ err: error }, 'a defect of this program'));

try {
  const keeper = await startKeeper({ agentDir, log });
  process.once('SIGTERM', () => void keeper.close());
  say('ready');
  await keeper.ended;
  process.exit(0);
} catch (error) {
  // Another keeper won the race: that is as good.
  if (error instanceof UniCoreError && error.code === 'CONFLICT') say('ready');
  else log.fatal({ err: error }, 'the keeper could not start');
  process.exit(error instanceof UniCoreError && error.code === 'CONFLICT' ? 0 : 1);
}

function say(word: string): void {
  try {
    writeSync(READY_FD, word);
    closeSync(READY_FD);
  } catch (error) {
    log.warn({ err: error }, 'nobody waits for the keeper');
  }
}
