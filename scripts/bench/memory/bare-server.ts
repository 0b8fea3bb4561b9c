/** A plain WebSocket server that echoes messages. The benchmark compares its memory with the hub's memory. */
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { serve } from '../../testing/processes/child.ts';
import { type ResidentCalls, resident } from './resident.ts';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', (ws) => ws.on('message', (message: Buffer) => ws.send(message)));
const listening = Promise.withResolvers<number>();
server.on('listening', () => listening.resolve((server.address() as AddressInfo).port));
const calls: ResidentCalls = { port: () => listening.promise, resident };
serve(calls);
