/** The connection of a viewer to a VNC server: a WebSocket of the hub or of websockify, or a plain socket. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';

/** The URL of a WebSocket, a TCP port of this machine, or the path of a unix socket. */
export type Address = { readonly url: string } | { readonly port: number } | { readonly path: string };

export interface Line {
  send(bytes: Uint8Array): void;
  onData(listener: (bytes: Buffer) => void): void;
  /** Number of bytes on the socket so far, in both directions, with the overhead of the WebSocket. */
  readonly wireBytes: number;
  close(): void;
}

export async function openLine(address: Address): Promise<Line> {
  return 'url' in address ? openWebSocket(address.url) : openSocket(address);
}

async function openWebSocket(url: string): Promise<Line> {
  const ws = new WebSocket(url, 'binary', { perMessageDeflate: false });
  // The server sends first. So bytes that arrive before there is a listener are kept.
  const early: Buffer[] = [];
  let listener = (bytes: Buffer): void => void early.push(bytes);
  ws.on('message', (bytes: Buffer) => listener(bytes));
  const upgraded = once(ws, 'upgrade') as Promise<[IncomingMessage]>;
  const [[{ socket }]] = await Promise.all([upgraded, once(ws, 'open')]);
  return {
    send: (bytes) => ws.send(bytes),
    onData(next) {
      listener = next;
      for (const bytes of early.splice(0)) next(bytes);
    },
    get wireBytes() {
      return bytesOf(socket);
    },
    close: () => ws.terminate(),
  };
}

async function openSocket(address: { readonly port: number } | { readonly path: string }): Promise<Line> {
  const socket = connect({ host: '127.0.0.1', noDelay: true, ...address });
  await once(socket, 'connect');
  return {
    send: (bytes) => void socket.write(bytes),
    onData: (listener) => void socket.on('data', listener),
    get wireBytes() {
      return bytesOf(socket);
    },
    close: () => socket.destroy(),
  };
}

function bytesOf({ bytesRead, bytesWritten }: Socket): number {
  return bytesRead + bytesWritten;
}
