/** What the relay counts. The hub's metrics implement it; a test may count in an object. */
import type { ErrorCode } from '@unicore/protocol';

export interface RelayMeter {
  /** Channels joined now: +1 and -1. */
  channels(change: 1 | -1): void;
  /** A frame passed on, its bytes as on the wire. Called for each frame: it must be cheap. */
  forwarded(bytes: number): void;
  /** An OPEN or a socket was refused. */
  refused(code: ErrorCode): void;
}
