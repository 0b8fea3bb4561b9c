/** What the commands of chaos are told. */

/** The number of an option. Throws where it is none of these. */
export function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`--${name} is "${text}": it must be a whole number from ${least} to ${most}.`);
}

/** Aborts when this process is told to end, so that what it started is ended too. */
export function untilTold(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
  process.once('disconnect', () => stop.abort());
  return stop.signal;
}
