/** What a leg is given: its socket, the kind of its peer, limits, and a handler for its events. */
import type { Clock } from '../time/index.ts';
import type { ErrorCode, FrameOf, FrameType, Peer } from '../wire/index.ts';
import type { Versions } from './handshake.ts';
import type { Patience } from './keepalive.ts';
import type { Transport } from './sender.ts';

export interface LegHandler {
  /** Accepting side: a HELLO came. Authenticate the peer, then call welcome() or close(). */
  hello?(meta: unknown): void;
  /** Dialling side: a WELCOME came and the leg is up. */
  welcome?(meta: unknown): void;
  /** An OPEN came. Its number may be bound already if the peer repeats it; see portOf(). */
  open?(open: FrameOf<typeof FrameType.OPEN>): void;
  beat?(seq: number, meta: unknown): void;
  beatAck?(seq: number, meta: unknown): void;
  goAway?(code: ErrorCode, afterMs: number): void;
  /** The last channel number of this leg was released. */
  idle?(): void;
  /** A PING was answered after this many ms. A busy leg calls it often, so it must be cheap. */
  measured?(rtt: number): void;
  /** A frame came for a channel number that is not bound, and was dropped. */
  stray?(): void;
  /** Our own code threw while it handled a frame, and the channel was reset. Log the error. */
  fault?(error: unknown): void;
  /** The leg is closed. Called exactly once. */
  closed(code: ErrorCode, message: string): void;
}

export interface LegOptions {
  transport: Transport;
  clock: Clock;
  peer: Peer;
  /** HELLO's metadata, given on the dialling side only. That side sends HELLO and allocates odd channel numbers. */
  dial?: { meta: unknown };
  /** The versions that this side speaks. Default: those of this code. */
  versions?: Versions;
  /**
   * The leg closes when more bytes than this wait for a peer that does not read. Bytes in send queues do not count; what
   * waits is mostly answers.
   */
  maxQueued?: number;
  /** How long the peer may be silent. Default: as long as a peer over the Internet. */
  patience?: Patience;
  /** A rate limit for frames that belong to no bound channel. The leg closes when take() returns false. */
  strays?: { take(): boolean };
  handler: LegHandler;
}
