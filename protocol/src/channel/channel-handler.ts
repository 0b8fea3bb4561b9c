/** The application's side of a channel: where bytes come from and go to, and what it is told. */
import type { ErrorCode } from '../wire/index.ts';

export interface ChannelHandler {
  /** Bytes from the peer, in order. Call consumed() when they are really used: only that gives the peer new credit. */
  data(bytes: Uint8Array): void;
  /**
   * Returns the next bytes to send, at most `max`. They must not change afterwards. Undefined if there are none now:
   * call wake() when there are.
   */
  pull?(max: number): Uint8Array | undefined;
  /**
   * Number of bytes that pull() would return. With this method, small pieces of a flood are collected for up to 50 ms.
   */
  pending?(): number;
  /** The channel is attached, for the first time or again. meta: what the other end sent. */
  attached?(meta: unknown): void;
  /**
   * The path broke. Bytes that were sent wait for the next attachment. Not called if the channel only changes its path.
   */
  detached?(code: ErrorCode): void;
  /** A probe was answered, so the path works. rtt: its round trip in ms. */
  measured?(rtt: number): void;
  /** The peer ended its direction: no more bytes will come. */
  ended?(code: ErrorCode, message: string): void;
  /** The channel is over in both directions. Called exactly once. */
  closed(code: ErrorCode, message: string): void;
}
