/** What a backplane that others can be cut off from tells of itself, for /metrics. */

/** The connections of one hub, by what goes over them. */
export type Wire = 'commands' | 'publisher' | 'subscriber';

export interface BackplaneMeter {
  /** A call settled. operation: such as claim, or send. */
  called(operation: string, seconds: number, succeeded: boolean): void;
  /** A connection that had been lost is there again. */
  reconnected(wire: Wire): void;
  /** A connection that said nothing any more was replaced. */
  rebuilt(wire: Wire): void;
  /** Mail for a hub that did not listen. */
  dropped(): void;
}

export const NO_METER: BackplaneMeter = {
  called: () => {},
  reconnected: () => {},
  rebuilt: () => {},
  dropped: () => {},
};
