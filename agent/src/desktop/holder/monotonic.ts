/** The machine's monotonic clock, which all processes of a machine share. */

/** Returns the time of the clock, ms. Only differences between two times have a meaning. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
