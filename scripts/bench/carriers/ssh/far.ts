/**
 * The server process when the benchmark measures OpenSSH. It is a TCP server, and the SSH client opens one
 * connection to it per stream.
 */
import { type AddressInfo, createServer } from 'node:net';
import { serve } from '../../../testing/processes/child.ts';
import { serveFar } from '../../ends/far.ts';
import { socketStream } from './socket-stream.ts';

export type FarCalls = { port(): Promise<number> };

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  serveFar(socketStream(socket));
});
const listening = Promise.withResolvers<number>();
server.listen(0, '127.0.0.1', () => listening.resolve((server.address() as AddressInfo).port));
const calls: FarCalls = { port: () => listening.promise };
serve(calls);
