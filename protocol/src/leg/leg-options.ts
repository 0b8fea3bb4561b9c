/** What a leg is given: its socket, what kind of peer is there, limits, and who handles its events. */
import type { Clock } from '../time/index.ts';
import type { ErrorCode, FrameOf, FrameType, Peer } from '../wire/index.ts';
import type { Versions } from './handshake.ts';
import type { Patience } from './keepalive.ts';
import type { Transport } from './sender.ts';

export interface LegHandler {
  /** Accepting side: authenticate (this may take its time), then welcome() or close(). */
  hello?(meta: unknown): void;
  /** Dialling side: the leg is up. */
  welcome?(meta: unknown): void;
  /** An OPEN; also a repeated one, for a number that is bound already (see portOf). */
  open?(open: FrameOf<typeof FrameType.OPEN>): void;
  beat?(seq: number, meta: unknown): void;
  beatAck?(seq: number, meta: unknown): void;
  goAway?(code: ErrorCode, afterMs: number): void;
  /** No number is bound any more. */
  idle?(): void;
  /** A PING was answered after so many ms. There are many while the leg is busy: it must be cheap. */
  measured?(rtt: number): void;
  /** A frame belongs to no channel here, and is dropped. */
  stray?(): void;
  /** A defect of our own while a frame was handled; the channel was reset. To be logged. */
  fault?(error: unknown): void;
  /** Exactly once. */
  closed(code: ErrorCode, message: string): void;
}

export interface LegOptions {
  transport: Transport;
  clock: Clock;
  peer: Peer;
  /** Given on the dialling side: it sends HELLO with this metadata and allocates odd channel numbers. */
  dial?: { meta: unknown };
  /** What this side speaks. Default: what this code does. */
  versions?: Versions;
  /**
   * The leg closes when more bytes than this wait, outside of channels, for a peer that does not read: answers to what it
   * asked, mostly.
   */
  maxQueued?: number;
  /** How long the peer may be silent. Default: as long as a peer over the Internet. */
  patience?: Patience;
  /** Asked for each frame of the peer that belongs to no channel here; the leg closes when there are too many. */
  strays?: { take(): boolean };
  handler: LegHandler;
}
