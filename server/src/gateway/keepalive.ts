/**
 * Keepalive of a raw terminal socket. WebSocket pings, which every client answers, keep proxies from closing it and
 * reveal a dead client.
 */
import type { Clock } from '@unicore/protocol';
import type { WebSocket } from 'ws';

/** Ping interval, ms: shorter than the idle timeouts of proxies and home routers. */
const PING_MS = 20_000;
/**
 * Number of unanswered pings after which the client counts as dead. A client with unread output gets more, because it
 * may just not be reading.
 */
const SILENT = 1;
const SILENT_READER = 6;

/**
 * Starts the keepalive, which ends when the socket closes. unread: returns whether the client has output that it has
 * not read.
 */
export function keepAlive(ws: WebSocket, clock: Clock, unread: () => boolean): void {
  let inVain = -1;
  const alive = () => {
    inVain = -1;
  };
  const beat = () => {
    // A paused socket receives no pongs, by our own choice. A dead client is then noticed by a failing write.
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
