/** Keeps a raw socket's line open and notices a client that is gone, by WebSocket pings that every client answers. */
import type { Clock } from '@unicore/protocol';
import type { WebSocket } from 'ws';

/** Below the idle limits of proxies and home routers. */
const PING_MS = 20_000;
/** Pings in vain: then the client is gone. One that has output to read may just not read for a while. */
const SILENT = 1;
const SILENT_READER = 6;

/** Ends by itself when the socket closes. unread: there is output that the client has not read. */
export function keepAlive(ws: WebSocket, clock: Clock, unread: () => boolean): void {
  let inVain = -1;
  const alive = () => {
    inVain = -1;
  };
  const beat = () => {
    // A paused socket hears nothing by our own choice; for it the failing write has to tell.
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
