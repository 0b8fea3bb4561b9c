/**
 * Accepts WebSockets on the hub's HTTP server. Checks the path and the origin, and explains each refusal to
 * the client.
 */
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { closeError, type ErrorCode, MAX_MESSAGE } from '@unicore/protocol';
import { type Server as SocketServer, WebSocketServer } from 'ws';
import { MAX_CDP_MESSAGE } from '../gateway/index.ts';
import { consumerEndpoint } from './consumer-endpoint.ts';
import type { SocketDeps, SocketKind } from './deps.ts';
import { cdpEndpoint, vncEndpoint } from './desktop-endpoints.ts';
import { type Drain, drain, type Peer } from './drain.ts';
import { type Endpoint, STOPPING, SUBPROTOCOL } from './endpoint.ts';
import { Handshakes } from './handshakes.ts';
import { hubEndpoint } from './hub-endpoint.ts';
import { closeSocket, HubSocket, type TooBig } from './hub-socket.ts';
import { providerEndpoint } from './provider-endpoint.ts';
import { terminalEndpoint } from './terminal-endpoint.ts';

/**
 * Maximum message size on a raw terminal or view of a desktop, in bytes. A client may send a whole paste as
 * one message.
 */
const MAX_RAW_MESSAGE = 4 * 1024 * 1024;
/** How long the hub waits for a peer's close frame before it destroys the socket, ms. */
const CLOSE_MS = 5_000;
/** How long the hub waits for a peer's close frame while the hub stops, ms. */
const STOP_MS = 1_000;

/** The URL path for connections from other hubs. */
export const HUB_PATH = '/hub';

interface Path {
  kind: SocketKind;
  endpoint: Endpoint;
  maxPayload: number;
  /** Default: MESSAGE_TOO_BIG. */
  tooBig?: TooBig;
  /**
   * The subprotocols that a client may ask for, the best first. NONE: it need not ask. If the list is
   * missing, it may ask for any, because nothing depends on it.
   */
  subprotocols?: readonly string[];
}

/** What `ws.protocol` is if the client asked for no subprotocol. */
const NONE = '';
const LEGS = { maxPayload: MAX_MESSAGE, subprotocols: [SUBPROTOCOL] };

/** `*` stands for one more part of the path. */
const PATHS: ReadonlyMap<string, Path> = new Map<string, Path>([
  ['/provider', { kind: 'provider', endpoint: providerEndpoint, ...LEGS }],
  ['/consumer', { kind: 'consumer', endpoint: consumerEndpoint, ...LEGS }],
  [HUB_PATH, { kind: 'hub', endpoint: hubEndpoint, ...LEGS }],
  ['/terminal', { kind: 'terminal', endpoint: terminalEndpoint, maxPayload: MAX_RAW_MESSAGE }],
  [
    '/vnc/*',
    {
      kind: 'vnc',
      endpoint: vncEndpoint,
      maxPayload: MAX_RAW_MESSAGE,
      subprotocols: ['binary', NONE],
    },
  ],
  [
    '/cdp/*',
    {
      kind: 'cdp',
      endpoint: cdpEndpoint,
      maxPayload: MAX_CDP_MESSAGE,
      tooBig: { code: 'TOO_LARGE', reason: 'A CDP message has at most 16 MiB.' },
    },
  ],
]);

export interface Sockets {
  /**
   * Asks every peer to move to another hub, and refuses new sockets except those of other hubs. Resolves when
   * all peers have moved, or after `ms` milliseconds. Then call `stop()`.
   */
  drain(ms: number): Promise<void>;
  /** Refuses new sockets and closes all others with GOING_AWAY. Resolves when the last socket is closed. */
  stop(): Promise<void>;
}

export function attachSockets(server: Server, deps: SocketDeps): Sockets {
  const handshakes = new Handshakes();
  const servers = new Map([...PATHS.values()].map((path) => [path, socketServer(path)]));
  const open = new Map<HubSocket, Peer>();
  let draining: Drain | undefined;
  let lastId = 0;

  const admit = (path: Path, ws: HubSocket, request: IncomingMessage, url: URL) => {
    const log = deps.log.child({ socket: ++lastId, kind: path.kind });
    // A socket error without a listener would end the process. Each error is followed by 'close', whose
    // listener cleans up.
    ws.on('error', (error) => log.debug({ err: error }, 'socket error'));
    ws.on('close', (code) => {
      open.delete(ws);
      draining?.look();
      deps.meter.closed(path.kind, closeError(ws.closedWith ?? code) ?? 'LEG_LOST');
    });
    deps.meter.opened(path.kind);
    const refuse = (code: ErrorCode, message: string) => closeSocket(ws, code, message);
    // A draining hub still accepts sockets from other hubs. Consumers that have already moved to another hub
    // need these sockets to reach the providers that remain at this hub.
    if (draining && path.kind !== 'hub') return refuse('GOING_AWAY', STOPPING);
    const { tooBig, subprotocols } = path;
    if (tooBig) ws.tooBig = tooBig;
    if (subprotocols && !subprotocols.includes(ws.protocol)) {
      return refuse(
        'BAD_REQUEST',
        `Ask for the WebSocket subprotocol ${subprotocols.map((name) => name || 'none').join(' or ')}.`,
      );
    }
    const greeted = handshakes.begin(deps.addressOf(request));
    if (!greeted)
      return refuse('RATE_LIMITED', 'Too many sockets of your address have not said who they are.');
    open.set(ws, { kind: path.kind, goAway: path.endpoint({ ws, request, url, log, greeted }, deps) });
  };

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const url = URL.parse(request.url ?? '', 'http://hub');
    const path = url ? pathOf(url) : undefined;
    if (!url || !path) return refuseUpgrade(socket, 404);
    const { origin, host } = request.headers;
    if (origin !== undefined && !deps.auth.allowedOrigin(origin, host)) return refuseUpgrade(socket, 403);
    servers.get(path)!.handleUpgrade(request, socket, head, (ws) => admit(path, ws, request, url));
  };
  server.on('upgrade', onUpgrade);
  // Without this listener, Node closes a CONNECT request without an answer.
  server.on('connect', (_request, socket) => refuseUpgrade(socket, 405));

  return {
    async drain(ms) {
      draining = drain(deps.clock, ms, () => open.values());
      await draining.over;
      deps.log.info({ left: open.size }, 'drained');
    },
    async stop() {
      server.off('upgrade', onUpgrade);
      const sockets = [...servers.values()].flatMap(({ clients }) => [...clients]);
      const closed = sockets.map((ws) => new Promise((done) => ws.once('close', done)));
      for (const { goAway } of [...open.values()]) goAway(0);
      const cancel = deps.clock.after(STOP_MS, () => {
        for (const ws of sockets) ws.terminate();
      });
      await Promise.all(closed);
      cancel();
    },
  };
}

function pathOf({ pathname }: URL): Path | undefined {
  return PATHS.get(pathname) ?? PATHS.get(pathname.replace(/[^/]+$/, '*'));
}

function socketServer({ maxPayload, subprotocols }: Path): SocketServer<typeof HubSocket> {
  const options = {
    noServer: true,
    WebSocket: HubSocket,
    perMessageDeflate: false,
    maxPayload,
    // How long the ws library waits for the peer's close frame. The library's type declarations lack this
    // option.
    closeTimeout: CLOSE_MS,
    // If the server selects none of the offered subprotocols, a browser fails the connection and hides the
    // reason. So the hub always selects one. If the selected subprotocol is not supported, the hub closes the
    // socket and tells the reason.
    handleProtocols: (offered: Set<string>) =>
      subprotocols?.find((name) => offered.has(name)) ?? [...offered][0]!,
  };
  return new WebSocketServer(options);
}

/** Refuses a WebSocket upgrade with a plain HTTP answer. */
function refuseUpgrade(socket: Duplex, status: 403 | 404 | 405): void {
  const text = STATUS_CODES[status]!;
  socket.end(
    `HTTP/1.1 ${status} ${text}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  );
}
