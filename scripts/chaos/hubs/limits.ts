/** What several hubs promise, besides that no byte is lost, doubled or out of order: that ends a run at once. */
export const LIMITS = {
  /** No keystroke takes longer while hubs are replaced, ms. */
  rollingEchoMs: 1_000,
  /** While Redis fails, a keystroke inside one hub takes at most so many times as long at p99, or so many ms. */
  sameHub: { times: 2, ms: 20 },
} as const;
