/**
 * The callbacks of an application for one channel. They take received bytes, give bytes to send, and report
 * events.
 */
import type { ErrorCode } from '../wire/index.ts';

export interface ChannelHandler {
  /**
   * Called with bytes from the peer, in order. The application calls consumed() when it has processed the
   * bytes. Only consumed() gives the peer new credit.
   */
  data(bytes: Uint8Array): void;
  /**
   * Returns the next bytes to send, at most `max`. The application must not change these bytes afterwards.
   * Returns undefined if there are no bytes; the application calls wake() when there are bytes again.
   */
  pull?(max: number): Uint8Array | undefined;
  /**
   * Returns the number of bytes that pull() could return now. If this method exists, the channel collects the
   * small writes of a flood (bulk output) for up to 50 ms.
   */
  pending?(): number;
  /**
   * Called when the channel is attached, for the first time or again. `meta` is the metadata from the other
   * end.
   */
  attached?(meta: unknown): void;
  /**
   * Called when the channel has lost its path. Unconfirmed bytes are sent again on the next attachment. Not
   * called while the channel only moves from one path to another.
   */
  detached?(code: ErrorCode): void;
  /** Called when the other end has answered a probe, so the path works. `rtt` is the round-trip time in ms. */
  measured?(rtt: number): void;
  /** Called when the peer has ended its direction and sends no more bytes. */
  ended?(code: ErrorCode, message: string): void;
  /** Called exactly once, when the channel is closed in both directions. */
  closed(code: ErrorCode, message: string): void;
}
