/** Events that the legs between hubs report for /metrics. */
import type { ErrorCode } from '@unicore/protocol';
import type { HubDialer } from './hub-dialer.ts';

/** Whether this hub or the other one dialled a leg. */
export type LegEnd = 'dialled' | 'accepted';

export interface HubMeter {
  /** Change in the number of legs that are up. */
  legs(way: HubDialer['name'], end: LegEnd, change: 1 | -1): void;
  /** A leg that this hub had dialled closed. */
  lost(way: HubDialer['name'], code: ErrorCode): void;
  /** Another hub could not be reached by this transport. */
  unreached(way: HubDialer['name'], code: ErrorCode): void;
  /** A message (mail) arrived for a leg that is unknown or closed. */
  strayMail(): void;
  /** Messages waited this long for the other hub's window. */
  stalled(ms: number): void;
}
