/** Part of the chaos runs: parses command-line options, and stops a run when a signal asks for it. */

export const FLAG = { type: 'boolean', default: false } as const;
/** Command-line options without a value that the chaos runs with several hubs accept. */
export const HUBS_FLAGS = { direct: FLAG, sqlite: FLAG, logs: FLAG, help: FLAG } as const;

/**
 * Parses the value of a command-line option as an integer. Throws if the integer is less than `least` or more
 * than `most`.
 */
export function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`--${name} is "${text}": it must be a whole number from ${least} to ${most}.`);
}

/**
 * Returns an AbortSignal that aborts when this process is asked to end. The chaos run can then end the
 * processes that it started.
 */
export function untilTold(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
  process.once('disconnect', () => stop.abort());
  return stop.signal;
}
