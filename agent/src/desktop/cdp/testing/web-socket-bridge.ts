/** Opens a shared browser to unmodified clients, as the hub does: each WebSocket is one program. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { closeCode, UniCoreError } from '@unicore/protocol';
import { type WebSocket, WebSocketServer } from 'ws';
import type { SharedBrowser } from '../index.ts';

export interface Bridge extends AsyncDisposable {
  readonly url: string;
}

export async function startBridge(browser: SharedBrowser): Promise<Bridge> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: 256 * 1024 * 1024 });
  server.on('connection', (socket, request) => join(browser, socket, request.url ?? ''));
  await once(server, 'listening');
  // `address()` is a string only for unix sockets.
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}

function join(browser: SharedBrowser, socket: WebSocket, path: string): void {
  try {
    const program = browser.connect({
      id: randomUUID(),
      name: path.slice(1),
      send: (text, sent) => socket.send(text, () => sent()),
      close: (code, reason) => socket.close(closeCode(code), reason),
    });
    socket.on('message', (data) => program.receive(String(data)));
    socket.on('close', () => program.close());
  } catch (error) {
    if (!(error instanceof UniCoreError)) throw error;
    socket.close(closeCode(error.code), error.message);
  }
}
