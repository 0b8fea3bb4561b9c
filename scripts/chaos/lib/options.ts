/** Command-line options of the chaos commands, and the signals that stop them. */

export const FLAG = { type: 'boolean', default: false } as const;
/** Flags of the commands that run several hubs. */
export const HUBS_FLAGS = { direct: FLAG, sqlite: FLAG, logs: FLAG, help: FLAG } as const;

/** Parses an option as an integer. Throws if the number is less than `least` or more than `most`. */
export function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`--${name} is "${text}": it must be a whole number from ${least} to ${most}.`);
}

/**
 * Returns an AbortSignal that aborts when this process is asked to end. The run can then end the processes
 * that it started.
 */
export function untilTold(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
  process.once('disconnect', () => stop.abort());
  return stop.signal;
}
