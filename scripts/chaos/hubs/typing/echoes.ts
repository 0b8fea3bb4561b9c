/**
 * Part of the chaos runs with several hubs: computes the keystroke latencies of simulated users in one period
 * of a run.
 */

/**
 * A key that a simulated user typed and whose echo arrived. Times are in milliseconds of the machine's
 * monotonic clock.
 */
export interface Echo {
  readonly typist: number;
  /** The time at which the simulated user should type the key. */
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
 * Returns the latencies of the keys that were typed between the times `from` and `to`, or that still waited
 * for their echo at `from`.
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
