/**
 * A supervised program that must be ready before the start continues. It has a log file, and its death is reported on
 * the console.
 */
import { readFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { warn } from '../../lib/console.ts';
import { openLog } from './log-file.ts';
import { type ChildOptions, type Death, Supervised } from './supervisor.ts';

/** How many lines of the log are shown if the start fails. */
const TAIL_LINES = 8;
/** After this many deaths in a row, the program will probably not recover by itself. */
const DEATHS_TO_COMPLAIN = 5;

export interface ServiceOptions extends Pick<ChildOptions, 'command' | 'env' | 'message'> {
  /** The name in messages, such as `hub`. */
  readonly name: string;
  readonly log: string;
  /** Streams that show the log as well. */
  readonly show: readonly Writable[];
  /** Resolves when the program can be used. `signal` aborts if it dies before. */
  ready(signal: AbortSignal): Promise<void>;
}

/** Throws with the end of the log if the first start fails. After that, the program is restarted whenever it dies. */
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

/** Reports the first death, and once more when the program keeps dying. */
export function teller(name: string, log: string): (death: Death) => void {
  return ({ how, inARow, pauseMs }) => {
    if (pauseMs === undefined) warn(`  The ${name} has ended for good. Its log says why: ${log}`);
    else if (inARow === 1) warn(`  The ${name} has ended (${how}) and starts again.`);
    else if (inARow === DEATHS_TO_COMPLAIN)
      warn(`  The ${name} ends again and again (${how}). Its log says why: ${log}`);
  };
}
