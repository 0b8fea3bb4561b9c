/** The way of a key in pieces, as they are told to a person. */

/** Milliseconds there and back; null where it is not known. */
export interface PathFacts {
  /** End to end: this page and the process that holds the terminal. */
  rtt: number | undefined;
  /** This page and its hub. */
  hubMs: number | null;
  /** The hub that has the provider's connection, and the provider. */
  providerMs: number | null;
  /** Within the provider's machine. */
  keeperMs: number | null;
}

export interface HopView {
  label: string;
  ms: number | null;
}

/**
 * The last piece is what the others leave of the whole. They are measured at different moments, so it is not exact; it can be
 * said only where all of them are known.
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
