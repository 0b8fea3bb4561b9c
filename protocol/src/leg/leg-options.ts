/** The options of a leg: its socket, the kind of its peer, limits, and a handler for its events. */
import type { Clock } from '../time/index.ts';
import type { ErrorCode, FrameOf, FrameType, Peer } from '../wire/index.ts';
import type { Versions } from './handshake.ts';
import type { Patience } from './keepalive.ts';
import type { Transport } from './sender.ts';

export interface LegHandler {
  /** Called on the accepting side when a HELLO came. Authenticate the peer, then call welcome() or close(). */
  hello?(meta: unknown): void;
  /** Called on the dialling side when a WELCOME came. The leg is then up. */
  welcome?(meta: unknown): void;
  /**
   * Called when an OPEN came. If the peer repeats an OPEN, its channel number may be bound already: see
   * portOf().
   */
  open?(open: FrameOf<typeof FrameType.OPEN>): void;
  beat?(seq: number, meta: unknown): void;
  beatAck?(seq: number, meta: unknown): void;
  goAway?(code: ErrorCode, afterMs: number): void;
  /** Called when the last channel number in use on this leg was released. */
  idle?(): void;
  /**
   * Called when a PING was answered, with the round-trip time in ms. A busy leg calls this method often, so
   * it must be cheap.
   */
  measured?(rtt: number): void;
  /** Called when a frame was dropped, because its channel number is not bound on this leg. */
  stray?(): void;
  /**
   * Called when this program's own code threw while it handled a frame. The channel was reset. Log the error.
   */
  fault?(error: unknown): void;
  /** Called exactly once, when the leg has closed. */
  closed(code: ErrorCode, message: string): void;
}

export interface LegOptions {
  transport: Transport;
  clock: Clock;
  peer: Peer;
  /**
   * The metadata for HELLO. Only the dialling side gives this option: it sends HELLO and allocates odd
   * channel numbers.
   */
  dial?: { meta: unknown };
  /** The protocol versions that this side understands. Default: the versions of this code. */
  versions?: Versions;
  /**
   * The leg closes when more than this many bytes of control frames wait for a peer that does not read. Most
   * of them are answers to frames of the peer, such as PINGs. Bytes in the send queues of channels do not
   * count.
   */
  maxQueued?: number;
  /** How long the peer may send nothing. Default: the limits for a peer over the Internet. */
  patience?: Patience;
  /** A rate limit for frames that belong to no bound channel. The leg closes when take() returns false. */
  strays?: { take(): boolean };
  handler: LegHandler;
}
