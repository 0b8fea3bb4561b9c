/**
 * Part of the fuzz run: opens a real WebSocket to a hub. The caller can pass a function that changes each
 * message before it is sent.
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Socket } from '../peers/redialling-peer.ts';
import type { Tamper } from '../session/line.ts';

export async function dial(url: string, tamper: Tamper = (message) => [{ message }]): Promise<Socket> {
  const ws = new WebSocket(url, 'unicore.v1', { perMessageDeflate: false });
  ws.on('error', () => {});
  await once(ws, 'open');
  return {
    send(message, done) {
      const sent = tamper(message);
      // `done` tells the sender that its message was sent. If several messages replace it, `done` is called
      // after the last one. If none replaces it, `done` is called at once.
      if (sent.length === 0) queueMicrotask(done);
      sent.forEach(({ message: instead, text, arrived }, i) => {
        ws.send(instead, { binary: text !== true }, (error) => {
          if (!error) arrived?.();
          if (i === sent.length - 1) done();
        });
      });
    },
    close: (code, reason) => ws.close(code, String(reason).slice(0, 100)),
    terminate: () => ws.terminate(),
    get bufferedAmount() {
      return ws.bufferedAmount;
    },
    on: ws.on.bind(ws) as Socket['on'],
  };
}
