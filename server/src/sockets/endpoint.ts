/** What every endpoint gets and gives: one socket that was let in, and how to say goodbye to it. */
import type { IncomingMessage } from 'node:http';
import { ERRORS, FrameType, type HubPlace, type Leg, UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { SocketDeps } from './deps.ts';

/** Both multiplexed endpoints speak this and nothing else. */
export const SUBPROTOCOL = 'unicore.v1';

export interface Incoming {
  ws: WebSocket;
  request: IncomingMessage;
  url: URL;
  log: Logger;
  /** The peer said who it is, or was refused: it no longer counts as a pending handshake. */
  greeted(): void;
}

/**
 * Sends the peer away because the hub stops: after so many ms, in which it may move to another hub, or now (0). A peer that is
 * given time is not closed by this; who gave it says 0 when it is over.
 */
export type GoAway = (afterMs: number) => void;

export type Endpoint = (incoming: Incoming, deps: SocketDeps) => GoAway;

export const STOPPING = 'The hub is stopping. Connect again.';

/** stopRotation: of this leg. Told twice, a peer would take the later time. */
export function goAway(leg: Leg, stopRotation: () => void): GoAway {
  return (afterMs) => {
    stopRotation();
    const { up } = leg;
    if (up)
      leg.send({ type: FrameType.GOAWAY, code: ERRORS.GOING_AWAY.number, afterMs: Math.round(afterMs) });
    // One that is not up yet has nothing to move.
    if (!up || afterMs === 0) leg.close('GOING_AWAY', STOPPING);
  };
}

/** WELCOME's meta. */
export function greeting({ hub, places }: SocketDeps): SocketDeps['hub'] & { hubs?: readonly HubPlace[] } {
  const hubs = places?.() ?? [];
  return hubs.length > 1 ? { ...hub, hubs } : hub;
}

/** Runs a handshake that takes its time; what goes wrong in it closes the leg with its code. */
export async function greet(leg: Leg, log: Logger, handshake: () => Promise<void>): Promise<void> {
  try {
    await handshake();
  } catch (error) {
    if (error instanceof UniCoreError) return leg.close(error.code, error.message);
    log.error({ err: error }, 'handshake failed');
    leg.close('INTERNAL', 'The hub could not check who you are. Try again.');
  }
}
