/** Computes keystroke latencies of simulated users in a period. */

/** A key that was echoed. Times are in milliseconds of the machine's monotonic clock. */
export interface Echo {
  readonly typist: number;
  /** The time at which the key was due to be typed. */
  readonly typed: number;
  readonly tookMs: number;
}

export interface Felt {
  readonly keys: number;
  /** Latencies, milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * Returns latencies of the keys that were typed in this period, or that still waited for their echo when the
 * period began.
 */
export function felt(echoes: readonly Echo[], from: number, to: number): Felt {
  const times = echoes
    .filter(({ typed, tookMs }) => typed <= to && typed + tookMs >= from)
    .map(({ tookMs }) => tookMs)
    .sort((a, b) => a - b);
  const at = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN;
  return { keys: times.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
