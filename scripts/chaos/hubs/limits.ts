/**
 * Part of the chaos runs with several hubs: the highest keystroke latencies that are allowed. (A lost,
 * duplicated or reordered byte ends a run at once.)
 */
export const LIMITS = {
  /** While hubs are replaced: the longest time that is allowed from a keystroke to its echo, ms. */
  rollingEchoMs: 1_000,
  /**
   * Limit for the p99 latency of keystrokes whose path uses only one hub, while Redis fails. The limit is
   * `times` × the p99 before the fault, or `ms` if that is more.
   */
  sameHub: { times: 2, ms: 20 },
} as const;
