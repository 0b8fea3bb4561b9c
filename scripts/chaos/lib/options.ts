/** Options of the chaos commands. */

/** Parses the value of a numeric option. Throws if it is not a whole number in the range. */
export function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`--${name} is "${text}": it must be a whole number from ${least} to ${most}.`);
}

/** A signal that aborts when this process is told to end, so that its children can be ended first. */
export function untilTold(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
  process.once('disconnect', () => stop.abort());
  return stop.signal;
}
