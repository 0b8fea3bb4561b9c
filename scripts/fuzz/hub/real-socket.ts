/** A real WebSocket to a hub, whose messages can be tampered with before they leave. */
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
      // `done` is called when the last message in place of this one was sent, or at once if it was dropped.
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
