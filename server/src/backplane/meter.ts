/** Events that the Redis backplane reports for /metrics. */

/** The three Redis connections of one hub, by purpose. */
export type Wire = 'commands' | 'publisher' | 'subscriber';

export interface BackplaneMeter {
  /** A call settled. operation: for example claim, or send. */
  called(operation: string, seconds: number, succeeded: boolean): void;
  /** A connection to Redis that was lost is back. */
  reconnected(wire: Wire): void;
  /** A connection to Redis on which no answer came was replaced. */
  rebuilt(wire: Wire): void;
  /** A message was dropped because the hub it was for did not listen. */
  dropped(): void;
}

export const NO_METER: BackplaneMeter = {
  called: () => {},
  reconnected: () => {},
  rebuilt: () => {},
  dropped: () => {},
};
