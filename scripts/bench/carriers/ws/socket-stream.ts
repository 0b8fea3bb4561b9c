/** Makes a bench stream of one WebSocket, with no framing besides WebSocket's own. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Stream } from '../../ends/stream.ts';

/** Buffered bytes at which a socket counts as full, as in UniCore's own senders. */
const HIGH_WATER = 64 * 1024;

export async function connect(port: string, path: string): Promise<WebSocket> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/${path}`, { perMessageDeflate: false });
  await once(ws, 'open');
  return ws;
}

export function socketStream(ws: WebSocket): Stream {
  return {
    send: (bytes) => ws.send(bytes),
    pour(next) {
      let waiting = false;
      const drained = () => {
        if (!waiting || ws.bufferedAmount >= HIGH_WATER) return;
        waiting = false;
        pump();
      };
      const pump = () => {
        while (ws.bufferedAmount < HIGH_WATER) {
          const piece = next();
          if (piece === undefined) return;
          ws.send(piece, drained);
        }
        waiting = true;
      };
      pump();
    },
    onData: (listener) => ws.on('message', listener),
  };
}
