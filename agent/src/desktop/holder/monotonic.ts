/** The machine's monotonic clock, which all processes of a machine share. */

/** Milliseconds. Only differences have a meaning. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
