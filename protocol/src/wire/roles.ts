/** Who may send which frames. A frame outside its sender's list closes that sender's socket. */
import { FrameType } from './frame.ts';

/** Who is at the other side of a leg. relay: a hub that passes on what consumers open there. */
export type Peer = 'consumer' | 'provider' | 'hub' | 'relay' | 'tunnel' | 'keeper';

const T = FrameType;
/** Both ends of a channel, and every hop between them, send these. */
const CHANNEL = [T.OPEN, T.DATA, T.DATAZ, T.ACK, T.FIN, T.RESET, T.SYNC, T.PING, T.PONG];

const MAY_SEND: Record<Peer, ReadonlySet<number>> = {
  // A consumer opens channels; it never accepts one, and no hop lies behind it.
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
