/** Reads the machine's monotonic clock, in ms. All processes of the machine share this clock. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
