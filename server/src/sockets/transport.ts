/** Joins a ws socket and a leg: what the protocol calls a transport, on one side, and the socket's events on the other. */
import { type Clock, Leg, type LegHandler, type Peer, type Transport } from '@unicore/protocol';
import type { WebSocket } from 'ws';
import type { SocketKind, SocketMeter } from './deps.ts';

interface SocketLeg {
  ws: WebSocket;
  kind: SocketKind;
  peer: Peer;
  clock: Clock;
  meter: SocketMeter;
  handler: LegHandler;
  /** Any message proves life. */
  heard?: () => void;
}

export function legOver({ ws, kind, peer, clock, meter, handler, heard }: SocketLeg): Leg {
  const drained = () => leg.drained();
  const transport: Transport = {
    send(message) {
      meter.message(kind, 'out', message.length);
      ws.send(message, drained);
    },
    close: (code, reason) => ws.close(code, reason),
    get buffered() {
      return ws.bufferedAmount;
    },
  };
  const leg = new Leg({ transport, clock, peer, handler });
  ws.on('message', (message: Buffer, isBinary) => {
    if (!isBinary) {
      leg.close('PROTOCOL_ERROR', 'This socket takes binary messages only.');
      return;
    }
    meter.message(kind, 'in', message.length);
    heard?.();
    leg.receive(message);
  });
  ws.on('close', (code, reason) => leg.socketClosed(code, reason.toString()));
  return leg;
}
