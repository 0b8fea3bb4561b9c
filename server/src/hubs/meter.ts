/** Defines the events that connections between hubs (legs) report for /metrics. */
import type { ErrorCode } from '@unicore/protocol';
import type { HubDialer } from './hub-dialer.ts';

/** Whether this hub dialled a connection (leg), or accepted a connection that another hub dialled. */
export type LegEnd = 'dialled' | 'accepted';

export interface HubMeter {
  /** Reports a change in the number of connections to other hubs (legs) that are up. */
  legs(way: HubDialer['name'], end: LegEnd, change: 1 | -1): void;
  /** Reports that a connection closed that this hub had dialled to another hub. */
  lost(way: HubDialer['name'], code: ErrorCode): void;
  /** Reports that another hub could not be reached by this transport. */
  unreached(way: HubDialer['name'], code: ErrorCode): void;
  /**
   * Reports that a message (mail) arrived that could not be read, or whose connection (leg) is unknown or
   * closed.
   */
  strayMail(): void;
  /** Reports how long messages waited because the flow-control window to the other hub was full, ms. */
  stalled(ms: number): void;
}
