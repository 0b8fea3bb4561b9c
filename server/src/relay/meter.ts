/** Events that the relay reports. The hub's metrics implement this; tests may count with a plain object. */
import type { ErrorCode } from '@unicore/protocol';

/**
 * The two neighbours of a channel at this hub. They are other hubs if consumer and provider are connected to different
 * ones.
 */
export interface ChannelPath {
  from: 'consumer' | 'hub';
  to: 'provider' | 'hub';
}

export interface RelayMeter {
  /** Change in the number of joined channels. */
  channels(path: ChannelPath, change: 1 | -1): void;
  /** A frame was forwarded; `bytes` is its size on the wire. Called for every frame, so it must be cheap. */
  forwarded(bytes: number): void;
  /** An OPEN or a socket was refused. */
  refused(code: ErrorCode): void;
  /** A channel was detached because the queue budget was exceeded and its share was the largest. It attaches again. */
  purged(): void;
  /** A consumer attached an existing channel again. ms: time from its OPEN until it was joined or refused. */
  resumed(ms: number, joined: boolean): void;
}
