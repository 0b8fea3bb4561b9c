/** Joins a ws socket and a leg: what the protocol calls a transport, on one side, and the socket's events on the other. */
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
import { Rate } from '../relay/index.ts';
import type { SocketKind, SocketMeter } from './deps.ts';

/** Bytes outside of channels that may wait here for one peer: ACKs, and answers to what it asks. */
const MAX_QUEUED = 16 * 1024 * 1024;

/**
 * Frames of a consumer that belong to no channel, in a second: PINGs, and what was on its way when a channel ended. A
 * provider has many users whose channels may end at once, so it is not held to any.
 */
const STRAYS_PER_SECOND = 5_000;

interface SocketLeg {
  ws: WebSocket;
  /** Below it. */
  socket: Duplex;
  kind: Exclude<SocketKind, 'terminal'>;
  peer: Peer;
  /** Given where this side dialled: what it says of itself. */
  dial?: { meta: unknown };
  patience?: Patience;
  clock: Clock;
  meter: SocketMeter;
  handler: LegHandler;
  /** Any message proves life. */
  heard?: () => void;
}

export function legOver({ ws, socket, kind, meter, heard, handler, ...options }: SocketLeg): Leg {
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
    maxQueued: MAX_QUEUED,
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
