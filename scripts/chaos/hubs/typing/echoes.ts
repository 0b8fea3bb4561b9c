/** Keystroke latencies of typists in a period. */

/** A key that was echoed. Times are milliseconds of the machine's monotonic clock. */
export interface Echo {
  readonly typist: number;
  /** When the key was due. */
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

/** Latencies of keys that were typed in this period, or were still waiting for their echo when it began. */
export function felt(echoes: readonly Echo[], from: number, to: number): Felt {
  const times = echoes
    .filter(({ typed, tookMs }) => typed <= to && typed + tookMs >= from)
    .map(({ tookMs }) => tookMs)
    .sort((a, b) => a - b);
  const at = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN;
  return { keys: times.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
