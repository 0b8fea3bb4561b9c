/** Latencies that several hubs promise. (A byte that is lost, doubled or out of order ends a run at once.) */
export const LIMITS = {
  /** Longest time that a keystroke may take while hubs are replaced, ms. */
  rollingEchoMs: 1_000,
  /** p99 of a keystroke inside one hub while Redis fails: at most `times` as long as before, or `ms` if that is more. */
  sameHub: { times: 2, ms: 20 },
} as const;
