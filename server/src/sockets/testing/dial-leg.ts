/** The far ends of the hub's sockets, for tests: plain ws clients, with a leg of the real protocol where wanted. */
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

/** An open socket. */
export async function connect(
  url: string,
  { headers = {}, protocols }: DialOptions = {},
): Promise<WebSocket> {
  const ws = new WebSocket(url, protocols, { headers, perMessageDeflate: false });
  await once(ws, 'open');
  return ws;
}

/** How a socket ends: its close code and reason. */
export async function closing(ws: WebSocket): Promise<{ code: number; reason: string }> {
  const [code, reason] = await once(ws, 'close');
  return { code, reason: String(reason) };
}

export interface Dialled {
  ws: WebSocket;
  leg: Leg;
  /** Settles when the leg closed. */
  closed: Promise<{ code: ErrorCode; message: string }>;
}

interface DialLegOptions extends DialOptions {
  hello: unknown;
  clock?: Clock;
  handler?: Partial<LegHandler>;
  /** The hub may open a channel in the same breath as it says WELCOME: before dialLeg() settles. */
  open?: (leg: Leg, open: FrameOf<typeof FrameType.OPEN>) => void;
}

/** A leg that is up. Rejects when the hub refuses it. */
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
