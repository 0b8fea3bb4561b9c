/** Minimal relay between pairs of WebSockets: it forwards messages, and passes back-pressure on by pausing the sender's socket. */
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { serve } from '../../../testing/processes/child.ts';

/** Buffered bytes at which a socket counts as full, as in UniCore's own senders. */
const HIGH_WATER = 64 * 1024;

export type RelayCalls = { port(): Promise<number> };

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
/** Sockets that wait for their partner, by the URL path that both request. */
const waiting = new Map<string, WebSocket>();

server.on('connection', (socket, { url = '' }) => {
  const other = waiting.get(url);
  waiting.delete(url);
  if (other === undefined) {
    waiting.set(url, socket);
    return;
  }
  pass(socket, other);
  pass(other, socket);
});

function pass(from: WebSocket, to: WebSocket): void {
  const drained = () => {
    if (from.isPaused && to.bufferedAmount < HIGH_WATER) from.resume();
  };
  from.on('message', (message: Buffer, binary) => {
    to.send(message, { binary }, drained);
    if (to.bufferedAmount >= HIGH_WATER) from.pause();
  });
  from.on('close', () => to.close());
}

const listening = Promise.withResolvers<number>();
server.on('listening', () => listening.resolve((server.address() as AddressInfo).port));
const calls: RelayCalls = { port: () => listening.promise };
serve(calls);
