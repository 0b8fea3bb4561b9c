/**
 * A minimal relay that forwards messages between pairs of WebSockets. If the receiver is slow, the relay
 * pauses the sender's socket (back-pressure).
 */
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { serve } from '../../../testing/processes/child.ts';

/**
 * A socket counts as full when this many bytes wait in its send buffer. UniCore's own senders use the same
 * limit.
 */
const HIGH_WATER = 64 * 1024;

export type RelayCalls = { port(): Promise<number> };

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
/**
 * Sockets whose partner has not connected yet, by URL path. Two sockets with the same URL path are partners.
 */
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
