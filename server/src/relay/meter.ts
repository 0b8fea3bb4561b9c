/** What the relay counts. The hub's metrics implement it; a test may count in an object. */
import type { ErrorCode } from '@unicore/protocol';

/** Where a channel comes from, and where it goes: other hubs are on its way where the two ends are at different ones. */
export interface ChannelPath {
  from: 'consumer' | 'hub';
  to: 'provider' | 'hub';
}

export interface RelayMeter {
  /** Channels joined now: +1 and -1. */
  channels(path: ChannelPath, change: 1 | -1): void;
  /** A frame passed on, its bytes as on the wire. Called for each frame: it must be cheap. */
  forwarded(bytes: number): void;
  /** An OPEN or a socket was refused. */
  refused(code: ErrorCode): void;
  /** More waited than may, and this channel's share was the largest: it was dropped, and attaches anew. */
  purged(): void;
  /** A consumer's channel that was there before came back: so long after its OPEN it was joined, or was not. */
  resumed(ms: number, joined: boolean): void;
}
