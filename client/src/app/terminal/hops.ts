/** Splits the round trip of a key press into the parts that the page shows. */

/** Round trips in milliseconds; null or undefined if unknown. */
export interface PathFacts {
  /**
   * The whole round trip between this page and the keeper. The keeper is the process that owns the terminal.
   */
  rtt: number | undefined;
  /** Round trip between this page and its hub. */
  hubMs: number | null;
  /** Round trip between the provider and the hub that the provider is connected to. */
  providerMs: number | null;
  /**
   * Round trip on the provider's machine, between the process that is connected to the hub and the keeper.
   * The keeper is the process that owns the terminal.
   */
  keeperMs: number | null;
}

export interface HopView {
  label: string;
  ms: number | null;
}

/**
 * Returns the parts of the round trip. The last part is the whole round trip minus all other parts, so it is
 * null if one of them is unknown. It is not exact, because the parts are measured at different moments.
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
