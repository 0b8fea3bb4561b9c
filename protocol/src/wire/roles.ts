/** Which frames each kind of peer may send. If a peer sends another frame, its socket is closed. */
import { FrameType } from './frame.ts';

/**
 * The kind of peer at the other side of a leg. A `relay` is another hub, which forwards the channels of its
 * consumers.
 */
export type Peer = 'consumer' | 'provider' | 'hub' | 'relay' | 'tunnel' | 'keeper';

const T = FrameType;
/** The frames that both ends of a channel, and every hop between them, may send. */
const CHANNEL = [T.OPEN, T.DATA, T.DATAZ, T.ACK, T.FIN, T.RESET, T.SYNC, T.PING, T.PONG];

const MAY_SEND: Record<Peer, ReadonlySet<number>> = {
  // A consumer only opens channels, so it never sends ACCEPT. No hop is behind a consumer, so it never sends
  // DETACHED.
  consumer: new Set([T.HELLO, ...CHANNEL]),
  provider: new Set([T.HELLO, ...CHANNEL, T.ACCEPT, T.DETACHED, T.BEAT]),
  hub: new Set([T.WELCOME, ...CHANNEL, T.ACCEPT, T.DETACHED, T.GOAWAY, T.BEATACK]),
  relay: new Set([T.HELLO, ...CHANNEL, T.ACCEPT, T.DETACHED]),
  tunnel: new Set([T.HELLO, ...CHANNEL, T.ACCEPT, T.DETACHED]),
  keeper: new Set([T.WELCOME, ...CHANNEL, T.ACCEPT, T.DETACHED]),
};

export function maySend(peer: Peer, type: number): boolean {
  return MAY_SEND[peer].has(type);
}
