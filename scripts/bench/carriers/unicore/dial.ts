/** Dials the hub with a ws client and makes a leg of the socket, as the agent and the SDK do. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { maskFor } from '@unicore/agent/tunnel';
import { type FrameOf, type FrameType, Leg, systemClock } from '@unicore/protocol';
import { WebSocket } from 'ws';

const SUBPROTOCOL = 'unicore.v1';

interface DialOptions {
  hello: unknown;
  open?: (leg: Leg, open: FrameOf<typeof FrameType.OPEN>) => void;
  /** Gets the TCP socket after its upgrade to WebSocket. */
  onUpgrade?: (socket: Socket) => void;
  /** Gets each incoming WebSocket message, unchanged. */
  onMessage?: (message: Uint8Array) => void;
}

/** Resolves when the leg is up; rejects when the hub refuses it. An error in a handler ends the process. */
export async function dialLeg(url: string, { hello, open, onUpgrade, onMessage }: DialOptions): Promise<Leg> {
  const ws = new WebSocket(url, SUBPROTOCOL, { perMessageDeflate: false, ...maskFor(url) });
  const upgraded = once(ws, 'upgrade');
  await once(ws, 'open');
  const [{ socket }] = (await upgraded) as [IncomingMessage];
  onUpgrade?.(socket);
  const { promise, resolve, reject } = Promise.withResolvers<Leg>();
  const leg = new Leg({
    transport: {
      send: (message, done) =>
        ws.send(message, () => {
          done?.();
          leg.drained();
        }),
      close: (code, reason) => ws.close(code, reason),
      get buffered() {
        return ws.bufferedAmount;
      },
      cork: () => socket.cork(),
      uncork: () => socket.uncork(),
    },
    clock: systemClock,
    peer: 'hub',
    dial: { meta: hello },
    handler: {
      welcome: () => resolve(leg),
      closed: (code, message) => reject(new Error(`${url}: ${code}: ${message}`)),
      fault: (error) => {
        throw error;
      },
      ...(open && { open: (frame) => open(leg, frame) }),
    },
  });
  ws.on('message', (message: Buffer) => {
    onMessage?.(message);
    leg.receive(message);
  });
  ws.on('close', (code, reason) => leg.socketClosed(code, reason.toString()));
  return promise;
}
