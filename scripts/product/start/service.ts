/** A supervised program that must be ready before anything else goes on. It has a log, and a person hears when it dies. */
import { readFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { warn } from '../../lib/console.ts';
import { openLog } from './log-file.ts';
import { type ChildOptions, type Death, Supervised } from './supervisor.ts';

/** Lines of the log that are shown where it can't start. */
const TAIL_LINES = 8;
/** A child that died so many times in a row will not get well by itself. */
const DEATHS_TO_COMPLAIN = 5;

export interface ServiceOptions extends Pick<ChildOptions, 'command' | 'env' | 'message'> {
  /** As a person calls it, such as `hub`. */
  readonly name: string;
  readonly log: string;
  /** Shows the log as well. */
  readonly show: readonly Writable[];
  /** Resolves when it can be used. signal: it has died instead. */
  ready(signal: AbortSignal): Promise<void>;
}

/** Throws with the end of the log if the first start fails; later it is started again for ever. */
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

/** Says what died, once when it does and once when it keeps doing so. */
export function teller(name: string, log: string): (death: Death) => void {
  return ({ how, inARow, pauseMs }) => {
    if (pauseMs === undefined) warn(`  The ${name} has ended for good. Its log says why: ${log}`);
    else if (inARow === 1) warn(`  The ${name} has ended (${how}) and starts again.`);
    else if (inARow === DEATHS_TO_COMPLAIN)
      warn(`  The ${name} ends again and again (${how}). Its log says why: ${log}`);
  };
}
