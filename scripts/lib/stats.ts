/** Computes statistics for the benchmarks: percentile, median and sum. */

/** Returns the value below which this share (0 to 1) of the samples lies, or NaN without samples. */
export function percentile(samples: readonly number[], share: number): number {
  // The samples are copied to a typed array, because a typed array sorts millions of numbers within a second.
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)]!;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
