/**
 * The interface of a socket endpoint. An endpoint gets one accepted socket and returns a function that asks
 * the peer to leave.
 */
import type { IncomingMessage } from 'node:http';
import { ERRORS, FrameType, type HubPlace, type Leg, UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { SocketDeps } from './deps.ts';

/** The WebSocket subprotocol of the endpoints that carry many channels on one socket. */
export const SUBPROTOCOL = 'unicore.v1';

export interface Incoming {
  ws: WebSocket;
  request: IncomingMessage;
  url: URL;
  log: Logger;
  /**
   * The endpoint must call this function once the peer is identified or refused. The socket then no longer
   * counts as a pending handshake.
   */
  greeted(): void;
}

/**
 * Asks the peer to leave because the hub stops. The peer gets `afterMs` milliseconds to move to another hub,
 * and the socket stays open. With 0 the socket is closed immediately.
 */
export type GoAway = (afterMs: number) => void;

export type Endpoint = (incoming: Incoming, deps: SocketDeps) => GoAway;

export const STOPPING = 'The hub is stopping. Connect again.';

/**
 * Returns a function that sends GOAWAY, which asks the peer to move to another hub. `stopRotation` cancels
 * the planned replacement of the socket. Otherwise a second GOAWAY would follow, and the peer would use the
 * later time.
 */
export function goAway(leg: Leg, stopRotation: () => void): GoAway {
  return (afterMs) => {
    stopRotation();
    const { up } = leg;
    if (up)
      leg.send({ type: FrameType.GOAWAY, code: ERRORS.GOING_AWAY.number, afterMs: Math.round(afterMs) });
    // A connection whose handshake is incomplete has no channels to move, so it is closed at once.
    if (!up || afterMs === 0) leg.close('GOING_AWAY', STOPPING);
  };
}

/** Returns the metadata of the WELCOME frame. */
export function greeting({ hub, places }: SocketDeps): SocketDeps['hub'] & { hubs?: readonly HubPlace[] } {
  const hubs = places?.() ?? [];
  return hubs.length > 1 ? { ...hub, hubs } : hub;
}

/** Runs an asynchronous handshake. If the handshake fails, closes the connection with the error's code. */
export async function greet(leg: Leg, log: Logger, handshake: () => Promise<void>): Promise<void> {
  try {
    await handshake();
  } catch (error) {
    if (error instanceof UniCoreError) return leg.close(error.code, error.message);
    log.error({ err: error }, 'handshake failed');
    leg.close('INTERNAL', 'The hub could not check who you are. Try again.');
  }
}
