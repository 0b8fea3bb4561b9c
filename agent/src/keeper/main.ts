/**
 * Entry point of the keeper process: `main.ts AGENT_DIR`. It is started by launch.ts. When the keeper
 * listens, it writes "ready" to a pipe.
 */
import { closeSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { UniCoreError } from '@unicore/protocol';
import { pino } from 'pino';
import { BoundedLog } from './bounded-log.ts';
import { startKeeper } from './keeper.ts';
import { LOG_FILE } from './spawn.ts';

/** File descriptor of the pipe from which spawn.ts reads "ready". */
const READY_FD = 3;

const [, , agentDir] = process.argv;
if (agentDir === undefined) throw new Error('usage: main.ts AGENT_DIR');
// Set the process name, so that the machine's owner recognises the keeper in a list of processes.
process.title = `unicore-keeper ${agentDir}`;

const log = pino({ base: { pid: process.pid, part: 'keeper' } }, new BoundedLog(join(agentDir, LOG_FILE)));

// Ignore signals that are sent to a whole process group, such as by Ctrl-C or a closed terminal window. Such
// signals must not end the shells.
for (const signal of ['SIGHUP', 'SIGINT'] as const) process.on(signal, () => undefined);

// A bug in one terminal must not end the keeper, and so the shells of all the other terminals. So an uncaught
// exception is only logged.
process.on('uncaughtException', (error) => log.error({ err: error }, 'uncaught exception'));

try {
  const keeper = await startKeeper({ agentDir, log });
  process.once('SIGTERM', () => void keeper.close());
  say('ready');
  await keeper.ended;
  process.exit(0);
} catch (error) {
  // Another keeper has already started for this folder. The tunnel can use that keeper.
  if (error instanceof UniCoreError && error.code === 'CONFLICT') say('ready');
  else log.fatal({ err: error }, 'the keeper could not start');
  process.exit(error instanceof UniCoreError && error.code === 'CONFLICT' ? 0 : 1);
}

function say(word: string): void {
  try {
    writeSync(READY_FD, word);
    closeSync(READY_FD);
  } catch (error) {
    log.warn({ err: error }, 'nothing waits for the keeper to be ready');
  }
}
