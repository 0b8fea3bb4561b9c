/** Clients of the hub's sockets for tests: plain WebSockets, with a leg of the real protocol on request. */
import { once } from 'node:events';
import {
  type Clock,
  type ErrorCode,
  type FrameOf,
  type FrameType,
  Leg,
  type LegHandler,
  systemClock,
} from '@unicore/protocol';
import { WebSocket } from 'ws';
import { SUBPROTOCOL } from '../endpoint.ts';

export interface DialOptions {
  headers?: Record<string, string>;
  protocols?: string[];
}

/** Opens a socket. */
export async function connect(
  url: string,
  { headers = {}, protocols }: DialOptions = {},
): Promise<WebSocket> {
  const ws = new WebSocket(url, protocols, { headers, perMessageDeflate: false });
  await once(ws, 'open');
  return ws;
}

/** Waits for the socket to close and returns the code and reason. */
export async function closing(ws: WebSocket): Promise<{ code: number; reason: string }> {
  const [code, reason] = await once(ws, 'close');
  return { code, reason: String(reason) };
}

export interface Dialled {
  ws: WebSocket;
  leg: Leg;
  /** Resolves when the leg has closed. */
  closed: Promise<{ code: ErrorCode; message: string }>;
}

interface DialLegOptions extends DialOptions {
  hello: unknown;
  clock?: Clock;
  handler?: Partial<LegHandler>;
  /** Handles OPENs, which the hub may send right after WELCOME, before dialLeg() resolves. */
  open?: (leg: Leg, open: FrameOf<typeof FrameType.OPEN>) => void;
}

/** Dials a leg and resolves when it is up. Rejects if the hub refuses it. */
export async function dialLeg(url: string, options: DialLegOptions): Promise<Dialled> {
  const ws = await connect(url, { protocols: [SUBPROTOCOL], ...options });
  const ended = Promise.withResolvers<{ code: ErrorCode; message: string }>();
  const up = Promise.withResolvers<void>();
  up.promise.catch(() => {});
  const drained = () => leg.drained();
  const leg = new Leg({
    transport: {
      send: (message) => ws.send(message, drained),
      close: (code, reason) => ws.close(code, reason),
      get buffered() {
        return ws.bufferedAmount;
      },
    },
    clock: options.clock ?? systemClock,
    peer: 'hub',
    dial: { meta: options.hello },
    handler: {
      ...(options.open && { open: (frame) => options.open!(leg, frame) }),
      ...options.handler,
      welcome(meta) {
        up.resolve();
        options.handler?.welcome?.(meta);
      },
      closed(code, message) {
        up.reject(new Error(`${code}: ${message}`));
        ended.resolve({ code, message });
        options.handler?.closed?.(code, message);
      },
    },
  });
  ws.on('error', () => {});
  ws.on('message', (message: Buffer) => leg.receive(message));
  ws.on('close', (code, reason) => leg.socketClosed(code, reason.toString()));
  await up.promise;
  return { ws, leg, closed: ended.promise };
}
