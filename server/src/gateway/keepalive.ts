/**
 * Keepalive of a raw socket by WebSocket pings, which every client answers. The pings keep proxies
 * from closing an idle socket, and reveal a dead client.
 */
import type { Clock } from '@unicore/protocol';
import type { WebSocket } from 'ws';

/** Interval of pings, ms. The interval is shorter than the idle timeouts of proxies and home routers. */
const PING_MS = 20_000;
/**
 * Number of unanswered pings after which a client counts as dead. The higher number applies to a client with
 * unread output, because that client may only be reading slowly.
 */
const SILENT = 1;
const SILENT_READER = 6;

/**
 * Starts the keepalive, which ends when the socket closes. unread: returns whether the client has output that
 * it has not read yet.
 */
export function keepAlive(ws: WebSocket, clock: Clock, unread: () => boolean): void {
  let inVain = -1;
  const alive = () => {
    inVain = -1;
  };
  const beat = () => {
    // While the hub has paused the socket, the hub receives no pongs, so missing pongs do not count. A
    // failing write then reveals a dead client.
    inVain = ws.isPaused ? 0 : inVain + 1;
    if (inVain >= (unread() ? SILENT_READER : SILENT)) return ws.terminate();
    ws.ping();
    cancel = clock.after(PING_MS, beat);
  };
  let cancel = clock.after(PING_MS, beat);
  ws.on('message', alive);
  ws.on('pong', alive);
  ws.on('close', () => cancel());
}
