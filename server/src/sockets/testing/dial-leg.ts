/** Clients of the hub's sockets for tests: plain WebSockets, with a leg of the real protocol on request. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import {
  type Clock,
  type ErrorCode,
  type FrameOf,
  type FrameType,
  type Leg,
  type LegHandler,
  systemClock,
} from '@unicore/protocol';
import { type ClientOptions, WebSocket } from 'ws';
import { NO_METER } from '../../testing/meter.ts';
import { SUBPROTOCOL } from '../endpoint.ts';
import { legOver } from '../transport.ts';

export interface DialOptions {
  headers?: Record<string, string>;
  protocols?: string[];
  /** Other options of the ws client. */
  client?: ClientOptions;
}

/** An open socket, and the TCP socket below it. */
async function open(
  url: string,
  { headers = {}, protocols, client }: DialOptions,
): Promise<{ ws: WebSocket; socket: Socket }> {
  const ws = new WebSocket(url, protocols, { headers, perMessageDeflate: false, ...client });
  let socket!: Socket;
  ws.once('upgrade', (response: IncomingMessage) => {
    socket = response.socket;
  });
  await once(ws, 'open');
  return { ws, socket };
}

export async function connect(url: string, options: DialOptions = {}): Promise<WebSocket> {
  return (await open(url, options)).ws;
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

export interface DialLegOptions extends DialOptions {
  hello: unknown;
  clock?: Clock;
  handler?: Partial<LegHandler>;
  /** Handles OPENs, which the hub may send right after WELCOME, before dialLeg() resolves. */
  open?: (leg: Leg, open: FrameOf<typeof FrameType.OPEN>) => void;
  /** Gets the TCP socket before anything is sent on it. */
  onUpgrade?: (socket: Socket) => void;
  /** Called for each message that comes, before the leg has read it. */
  heard?: () => void;
}

/** Dials a leg and resolves when it is up. Rejects if the hub refuses it. */
export async function dialLeg(url: string, options: DialLegOptions): Promise<Dialled> {
  const { hello, clock = systemClock, handler, heard, onUpgrade } = options;
  const { ws, socket } = await open(url, { protocols: [SUBPROTOCOL], ...options });
  onUpgrade?.(socket);
  const ended = Promise.withResolvers<{ code: ErrorCode; message: string }>();
  const up = Promise.withResolvers<void>();
  up.promise.catch(() => {});
  const leg = legOver({
    ws,
    socket,
    kind: 'hub',
    peer: 'hub',
    dial: { meta: hello },
    clock,
    meter: NO_METER,
    // A peer in a test may flood its socket.
    maxQueued: Number.POSITIVE_INFINITY,
    ...(heard && { heard }),
    handler: {
      ...(options.open && { open: (frame) => options.open!(leg, frame) }),
      ...handler,
      welcome(meta) {
        up.resolve();
        handler?.welcome?.(meta);
      },
      closed(code, message) {
        up.reject(new Error(`${code}: ${message}`));
        ended.resolve({ code, message });
        handler?.closed?.(code, message);
      },
    },
  });
  ws.on('error', () => {});
  await up.promise;
  return { ws, leg, closed: ended.promise };
}
