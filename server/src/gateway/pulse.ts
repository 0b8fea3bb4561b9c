/** Keeps a raw socket's line open and notices a client that is gone, by WebSocket pings that every client answers. */
import type { Clock } from '@unicore/protocol';
import type { WebSocket } from 'ws';

/** Below the idle limits of proxies and home routers. */
const PING_MS = 20_000;

/** Ends by itself when the socket closes. */
export function keepPulse(ws: WebSocket, clock: Clock): void {
  let heard = true;
  const alive = () => {
    heard = true;
  };
  const beat = () => {
    // A paused socket hears nothing by our own choice; for it the failing write has to tell.
    if (!heard && !ws.isPaused) return ws.terminate();
    heard = false;
    ws.ping();
    cancel = clock.after(PING_MS, beat);
  };
  let cancel = clock.after(PING_MS, beat);
  ws.on('message', alive);
  ws.on('pong', alive);
  ws.on('close', () => cancel());
}
