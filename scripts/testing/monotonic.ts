/** The machine's monotonic clock, which all its processes share, ms. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
