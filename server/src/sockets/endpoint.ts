/** The interface of an endpoint: it gets one accepted socket, and returns how to send its peer away. */
import type { IncomingMessage } from 'node:http';
import { ERRORS, FrameType, type HubPlace, type Leg, UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { SocketDeps } from './deps.ts';

/** WebSocket subprotocol of the multiplexed endpoints. */
export const SUBPROTOCOL = 'unicore.v1';

export interface Incoming {
  ws: WebSocket;
  request: IncomingMessage;
  url: URL;
  log: Logger;
  /** Call this when the peer was identified or refused: it then no longer counts as a pending handshake. */
  greeted(): void;
}

/**
 * Sends the peer away because the hub stops. It gets `afterMs` to move to another hub, and is not closed by this call.
 * With 0 it is closed now.
 */
export type GoAway = (afterMs: number) => void;

export type Endpoint = (incoming: Incoming, deps: SocketDeps) => GoAway;

export const STOPPING = 'The hub is stopping. Connect again.';

/**
 * Sends GOAWAY. stopRotation: cancels the leg's rotation, because after a second GOAWAY the peer would use the later
 * time.
 */
export function goAway(leg: Leg, stopRotation: () => void): GoAway {
  return (afterMs) => {
    stopRotation();
    const { up } = leg;
    if (up)
      leg.send({ type: FrameType.GOAWAY, code: ERRORS.GOING_AWAY.number, afterMs: Math.round(afterMs) });
    // A leg before its handshake has no channels that could move.
    if (!up || afterMs === 0) leg.close('GOING_AWAY', STOPPING);
  };
}

/** The metadata of WELCOME. */
export function greeting({ hub, places }: SocketDeps): SocketDeps['hub'] & { hubs?: readonly HubPlace[] } {
  const hubs = places?.() ?? [];
  return hubs.length > 1 ? { ...hub, hubs } : hub;
}

/** Runs an asynchronous handshake. If it fails, the leg is closed with the error's code. */
export async function greet(leg: Leg, log: Logger, handshake: () => Promise<void>): Promise<void> {
  try {
    await handshake();
  } catch (error) {
    if (error instanceof UniCoreError) return leg.close(error.code, error.message);
    log.error({ err: error }, 'handshake failed');
    leg.close('INTERNAL', 'The hub could not check who you are. Try again.');
  }
}
