/**
 * Starts a supervised program and waits until the program is ready. Writes its output to a log file, and
 * prints a warning when the program exits.
 */
import { readFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { warn } from '../../lib/console.ts';
import { openLog } from './log-file.ts';
import { type ChildOptions, type Death, Supervised } from './supervisor.ts';

/** Number of log lines that are shown if the program can't start. */
const TAIL_LINES = 8;
/** Number of exits in a row after which the user is warned that a program exits again and again. */
const DEATHS_TO_COMPLAIN = 5;

export interface ServiceOptions extends Pick<ChildOptions, 'command' | 'env' | 'message'> {
  /** Name of the program in messages, such as `hub`. */
  readonly name: string;
  readonly log: string;
  /** Streams that get a copy of the program's log, such as stdout. */
  readonly show: readonly Writable[];
  /** Resolves when the program is ready for use. The signal aborts if the program exits before that. */
  ready(signal: AbortSignal): Promise<void>;
}

/**
 * Starts the program and waits until it is ready. If the first start fails, throws an error with the end of
 * the log. After the first start, the program is restarted whenever it exits.
 */
export async function startService({
  name,
  log,
  show,
  ready,
  ...child
}: ServiceOptions): Promise<Supervised> {
  const tell = teller(name, log);
  const dead = Promise.withResolvers<never>();
  const over = new AbortController();
  let isReady = false;
  const supervised = new Supervised({
    ...child,
    outputs: [openLog(log), ...show],
    died: (death) => (isReady ? tell(death) : dead.reject(new Error(death.how))),
  });
  try {
    await Promise.race([ready(over.signal), dead.promise]);
    isReady = true;
    return supervised;
  } catch (error) {
    over.abort();
    await supervised.stop();
    const tail = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
    throw new Error(`The ${name} does not start (${(error as Error).message}). The end of ${log}:\n${tail}`);
  }
}

/**
 * Returns a function that warns about exits of a program. In a series of exits, it warns at the first exit,
 * and once more if the program keeps exiting.
 */
export function teller(name: string, log: string): (death: Death) => void {
  return ({ how, inARow, pauseMs }) => {
    if (pauseMs === undefined) warn(`  The ${name} has ended for good. Its log says why: ${log}`);
    else if (inARow === 1) warn(`  The ${name} has ended (${how}) and starts again.`);
    else if (inARow === DEATHS_TO_COMPLAIN)
      warn(`  The ${name} ends again and again (${how}). Its log says why: ${log}`);
  };
}
