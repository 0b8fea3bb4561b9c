/**
 * The events that the relay reports. The hub's metrics implement this interface, and tests may count with a
 * plain object.
 */
import type { ErrorCode } from '@unicore/protocol';

/**
 * The neighbours of this hub on a channel. A neighbour is another hub if the consumer or the provider is
 * connected there.
 */
export interface ChannelPath {
  from: 'consumer' | 'hub';
  to: 'provider' | 'hub';
}

export interface RelayMeter {
  /**
   * Called when a channel was opened or closed. `path` tells whether it comes from a consumer or a hub, and
   * whether it leads to a provider or a hub.
   */
  channels(path: ChannelPath, change: 1 | -1): void;
  /**
   * Called when a frame was forwarded; `bytes` is its size on the wire. It runs for every frame, so it must
   * be cheap.
   */
  forwarded(bytes: number): void;
  /** Called when an OPEN frame or a socket was refused. */
  refused(code: ErrorCode): void;
  /**
   * Called when a channel was detached because the hub queued too many bytes and this channel had the longest
   * queue. The consumer then attaches the channel again.
   */
  purged(): void;
  /**
   * Called when a consumer has tried to resume an existing channel. `ms` is the time from its OPEN frame
   * until the answer, and `joined` tells whether the resume succeeded.
   */
  resumed(ms: number, joined: boolean): void;
}
