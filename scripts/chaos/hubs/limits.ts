/** Latency limits for several hubs. A lost, repeated or reordered byte is no limit: it ends a run at once. */
export const LIMITS = {
  /** The longest keystroke while hubs are replaced, ms. */
  rollingEchoMs: 1_000,
  /**
   * The p99 of a keystroke inside one hub while Redis fails: at most this factor of the normal p99, or this many ms if
   * that is more.
   */
  sameHub: { times: 2, ms: 20 },
} as const;
