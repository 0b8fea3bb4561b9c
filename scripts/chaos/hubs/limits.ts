/**
 * Highest latencies that are allowed with several hubs. (A lost, duplicated or reordered byte ends a run at
 * once.)
 */
export const LIMITS = {
  /** Longest time until a keystroke's echo while hubs are replaced, ms. */
  rollingEchoMs: 1_000,
  /**
   * Limit for the p99 of a keystroke whose path uses only one hub, while Redis fails. The limit is `times` ×
   * the p99 before the fault, or `ms` if that is more.
   */
  sameHub: { times: 2, ms: 20 },
} as const;
