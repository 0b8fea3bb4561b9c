/**
 * A WebSocket server with default permessage-deflate (library: ws). Its compression is compared with that of
 * UniCore. It sends one message per recorded PTY read.
 */
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { serve } from '../../testing/processes/child.ts';
import { load, replay } from './recording.ts';

export type ReferenceCalls = { port(): Promise<number> };

const recordings = process.argv.slice(2).map(load);
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: true });
server.on('connection', (ws, { url = '' }) => {
  void replay(recordings[Number(url.slice(1))]!, (bytes) => ws.send(bytes));
});
const listening = Promise.withResolvers<number>();
server.on('listening', () => listening.resolve((server.address() as AddressInfo).port));
const calls: ReferenceCalls = { port: () => listening.promise };
serve(calls);
