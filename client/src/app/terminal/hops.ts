/** Splits the round trip of a key into the pieces that the page shows. */

/** Round trips in milliseconds; null if unknown. */
export interface PathFacts {
  /** End to end, between this page and the keeper, the process that owns the terminal. */
  rtt: number | undefined;
  /** Between this page and its hub. */
  hubMs: number | null;
  /** Between the provider and the hub that it is connected to. */
  providerMs: number | null;
  /** Within the provider's machine, between its agent and its keeper. */
  keeperMs: number | null;
}

export interface HopView {
  label: string;
  ms: number | null;
}

/**
 * The last piece is the end-to-end time minus all others, so it is known only if they all are. They are measured at
 * different moments, so it is not exact.
 */
export function hops({ rtt, hubMs, providerMs, keeperMs }: PathFacts): HopView[] {
  const known = rtt !== undefined && hubMs !== null && providerMs !== null && keeperMs !== null;
  return [
    { label: 'This browser ↔ hub', ms: hubMs },
    { label: 'Hub ↔ provider', ms: providerMs },
    { label: 'Provider ↔ its terminals', ms: keeperMs },
    {
      label: 'Between hubs, and waiting',
      ms: known ? Math.max(0, rtt - hubMs - providerMs - keeperMs) : null,
    },
  ];
}

export function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
