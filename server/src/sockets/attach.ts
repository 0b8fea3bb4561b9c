/** Lets WebSockets into the hub's http server: who may upgrade, on which path, and how refusals are told. */
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ErrorCode, MAX_MESSAGE } from '@unicore/protocol';
import { type WebSocket, WebSocketServer } from 'ws';
import { consumerEndpoint } from './consumer.ts';
import type { SocketDeps, SocketKind } from './deps.ts';
import { type Endpoint, type GoAway, SUBPROTOCOL } from './endpoint.ts';
import { Handshakes } from './handshakes.ts';
import { closeSocket, HubSocket } from './hub-socket.ts';
import { providerEndpoint } from './provider.ts';
import { terminalEndpoint } from './terminal.ts';

/** Any WebSocket client may send a whole paste as one message to a raw terminal. */
const MAX_RAW_MESSAGE = 4 * 1024 * 1024;
/** How long a peer may take to answer a close before its socket is destroyed. */
const CLOSE_MS = 5_000;
/** How long stop() waits for peers to answer. */
const STOP_MS = 1_000;

interface Path {
  kind: SocketKind;
  maxPayload: number;
  endpoint: Endpoint;
}

const PATHS: Record<string, Path> = {
  '/provider': { kind: 'provider', maxPayload: MAX_MESSAGE, endpoint: providerEndpoint },
  '/consumer': { kind: 'consumer', maxPayload: MAX_MESSAGE, endpoint: consumerEndpoint },
  '/terminal': { kind: 'terminal', maxPayload: MAX_RAW_MESSAGE, endpoint: terminalEndpoint },
};

export interface Sockets {
  /** Says goodbye to every peer (GOING_AWAY) and lets nobody in any more. */
  stop(): Promise<void>;
}

export function attachSockets(server: Server, deps: SocketDeps): Sockets {
  const handshakes = new Handshakes();
  const open = new Map<WebSocket, GoAway>();
  const servers = new Map(
    Object.values(PATHS).map(({ kind, maxPayload }) => [kind, webSocketServer(maxPayload)]),
  );
  let lastSocket = 0;

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const url = parseUrl(request.url);
    const path = url && PATHS[url.pathname];
    if (!path) return refuseUpgrade(socket, 404);
    const { origin } = request.headers;
    if (origin !== undefined && !deps.auth.allowedOrigin(origin)) return refuseUpgrade(socket, 403);
    const greeted = handshakes.begin(deps.addressOf(request));
    servers.get(path.kind)!.handleUpgrade(request, socket, head, (ws) => {
      const log = deps.log.child({ socket: ++lastSocket, kind: path.kind });
      // Broken framing and resets end in 'close' as well; without a listener they would end the process.
      ws.on('error', (error) => log.debug({ err: error }, 'socket error'));
      const refusal = refusalOf(ws, path.kind, greeted !== undefined);
      if (refusal) {
        deps.meter.refused(refusal.code);
        closeSocket(ws, refusal.code, refusal.message);
        return greeted?.();
      }
      deps.meter.sockets(path.kind, 1);
      open.set(ws, path.endpoint({ ws, request, url, log, greeted: greeted! }, deps));
      ws.on('close', () => {
        open.delete(ws);
        deps.meter.sockets(path.kind, -1);
      });
    });
  };
  server.on('upgrade', onUpgrade);

  return {
    async stop() {
      server.off('upgrade', onUpgrade);
      const sockets = [...servers.values()].flatMap((each) => [...each.clients]);
      const closed = sockets.map((ws) => new Promise((done) => ws.once('close', done)));
      for (const goAway of open.values()) goAway();
      const cancel = deps.clock.after(STOP_MS, () => {
        for (const ws of sockets) ws.terminate();
      });
      await Promise.all(closed);
      cancel();
    },
  };
}
