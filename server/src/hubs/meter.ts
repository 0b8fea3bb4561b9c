/** What the legs to other hubs tell of themselves, for /metrics. */
import type { ErrorCode } from '@unicore/protocol';
import type { HubDialer } from './hub-dialer.ts';

/** Which hub made a leg. */
export type LegEnd = 'dialled' | 'accepted';

export interface HubMeter {
  /** Legs that are up now: +1 and -1. */
  legs(way: HubDialer['name'], end: LegEnd, change: 1 | -1): void;
  /** A leg that this hub had dialled ended. */
  lost(way: HubDialer['name'], code: ErrorCode): void;
  /** Another hub could not be reached by this way. */
  unreached(way: HubDialer['name'], code: ErrorCode): void;
  /** Mail of a leg that is not known here, or no longer. */
  strayMail(): void;
  /** Mail waited so long for the other hub to have room. */
  stalled(ms: number): void;
}
