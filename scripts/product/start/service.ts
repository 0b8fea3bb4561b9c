/** A supervised program that must be ready before anything else goes on. It has a log file, and deaths are printed. */
import { readFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { warn } from '../../lib/console.ts';
import { openLog } from './log-file.ts';
import { type ChildOptions, type Death, Supervised } from './supervisor.ts';

/** Lines of the log that are shown if the program can't start. */
const TAIL_LINES = 8;
/** Deaths in a row after which a complaint is printed, as the child will not recover by itself. */
const DEATHS_TO_COMPLAIN = 5;

export interface ServiceOptions extends Pick<ChildOptions, 'command' | 'env' | 'message'> {
  /** Name for people, such as `hub`. */
  readonly name: string;
  readonly log: string;
  /** Shows the log as well. */
  readonly show: readonly Writable[];
  /** Resolves when the program can be used. signal: aborts if the program died before that. */
  ready(signal: AbortSignal): Promise<void>;
}

/** Starts the program. Throws with the end of its log if the first start fails; after that, it is always restarted. */
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

/** Prints that a program died: at the first death in a row, and once when it keeps dying. */
export function teller(name: string, log: string): (death: Death) => void {
  return ({ how, inARow, pauseMs }) => {
    if (pauseMs === undefined) warn(`  The ${name} has ended for good. Its log says why: ${log}`);
    else if (inARow === 1) warn(`  The ${name} has ended (${how}) and starts again.`);
    else if (inARow === DEATHS_TO_COMPLAIN)
      warn(`  The ${name} ends again and again (${how}). Its log says why: ${log}`);
  };
}
