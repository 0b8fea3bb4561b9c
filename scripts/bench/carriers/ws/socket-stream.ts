/** Wraps a WebSocket as a byte stream of the benchmark. No other framing is added to that of WebSocket. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Stream } from '../../ends/stream.ts';

/**
 * A socket counts as full when this many bytes wait in its send buffer. UniCore's own senders use the same
 * limit.
 */
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
