/** Defines the events that the Redis backplane reports for /metrics. */

/** The three Redis connections of a hub, named by their purpose. */
export type Wire = 'commands' | 'publisher' | 'subscriber';

export interface BackplaneMeter {
  /**
   * Reports that a call to the backplane resolved or rejected. operation: the kind of call, for example claim
   * or send.
   */
  called(operation: string, seconds: number, succeeded: boolean): void;
  /** Reports that a lost connection to Redis works again. */
  reconnected(wire: Wire): void;
  /** Reports that a connection to Redis was replaced because no answers came on it. */
  rebuilt(wire: Wire): void;
  /** Reports that a message was dropped because the receiving hub did not listen. */
  dropped(): void;
}

export const NO_METER: BackplaneMeter = {
  called: () => {},
  reconnected: () => {},
  rebuilt: () => {},
  dropped: () => {},
};
