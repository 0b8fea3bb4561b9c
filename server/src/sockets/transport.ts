/**
 * Implements the protocol's transport on a WebSocket, and passes the socket's events to the connection (leg).
 */
import type { Duplex } from 'node:stream';
import {
  type Clock,
  Leg,
  type LegHandler,
  type Patience,
  type Peer,
  type Transport,
} from '@unicore/protocol';
import type { WebSocket } from 'ws';
import { Rate } from '../rate.ts';
import type { MultiplexedKind, SocketMeter } from './deps.ts';

/**
 * Maximum number of bytes outside of channels that may wait for one peer, such as ACKs and answers to
 * requests.
 */
const MAX_QUEUED = 16 * 1024 * 1024;

/**
 * Maximum number of frames per second from a consumer that belong to no open channel. Such frames are PINGs,
 * and frames that were in flight when their channel ended. Providers have no such limit, because the channels
 * of many users may end at once.
 */
const STRAYS_PER_SECOND = 5_000;

interface SocketLeg {
  ws: WebSocket;
  /** The TCP or TLS socket below the WebSocket. */
  socket: Duplex;
  kind: MultiplexedKind;
  peer: Peer;
  /** Metadata for HELLO. Given if this side opened the connection. */
  dial?: { meta: unknown };
  patience?: Patience;
  clock: Clock;
  meter: SocketMeter;
  handler: LegHandler;
  /** Default: MAX_QUEUED. */
  maxQueued?: number;
  /** Called for each message of the peer, since any message proves that the peer is alive. */
  heard?: () => void;
}

export function legOver({
  ws,
  socket,
  kind,
  meter,
  heard,
  handler,
  maxQueued = MAX_QUEUED,
  ...options
}: SocketLeg): Leg {
  const transport: Transport = {
    send(message, done) {
      meter.message(kind, 'out', message.length);
      ws.send(message, () => {
        done?.();
        leg.drained();
      });
    },
    close: (code, reason) => ws.close(code, reason),
    get buffered() {
      return ws.bufferedAmount;
    },
    cork: () => socket.cork(),
    uncork: () => socket.uncork(),
  };
  const leg = new Leg({
    ...options,
    transport,
    handler: {
      ...handler,
      measured: (rtt) => meter.measured(kind, rtt),
      stray: () => meter.stray(kind),
    },
    maxQueued,
    ...(kind === 'consumer' && { strays: new Rate(options.clock, STRAYS_PER_SECOND) }),
  });
  ws.on('message', (message: Buffer, isBinary) => {
    if (!isBinary) {
      leg.close('PROTOCOL_ERROR', 'This socket takes binary messages only.');
      return;
    }
    meter.message(kind, 'in', message.length);
    heard?.();
    leg.receive(message);
  });
  const gone = meter.buffers(kind, () => ws.bufferedAmount);
  ws.on('close', (code, reason) => {
    gone();
    leg.socketClosed(code, reason.toString());
  });
  return leg;
}
