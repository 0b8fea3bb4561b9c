/** What the application at the end of a channel does with it. */
import type { ErrorCode } from '../wire/index.ts';

export interface ChannelHandler {
  /** Bytes from the peer, in order. Call consumed() when they are really used: that gives the peer credit. */
  data(bytes: Uint8Array): void;
  /** The next bytes to send, at most `max`, never changed afterwards; undefined when there are none (then wake()). */
  pull?(max: number): Uint8Array | undefined;
  /** Bytes that pull() would give. Where this is told, the small pieces of a flood are gathered, for 50 ms at most. */
  pending?(): number;
  /** Attached, for the first time or again; meta is what the other end said. */
  attached?(meta: unknown): void;
  /** The path broke; what was written waits for the next attachment. Not told where only the path changes. */
  detached?(code: ErrorCode): void;
  /** A probe was answered: the path is whole, and this long, ms. */
  measured?(rtt: number): void;
  /** The peer's end: no more bytes from it. */
  ended?(code: ErrorCode, message: string): void;
  /** Over, both ways. Exactly once. */
  closed(code: ErrorCode, message: string): void;
}
