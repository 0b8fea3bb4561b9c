/**
 * The client process when the benchmark measures OpenSSH. It opens one TCP connection per stream to the port
 * that sshd forwards.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { serveNear } from '../../ends/near.ts';
import type { Stream } from '../../ends/stream.ts';
import { socketStream } from './socket-stream.ts';

const [port, count] = process.argv.slice(2);
const streams: Stream[] = [];
for (let index = 0; index < Number(count); index++) {
  const socket = connect({ port: Number(port), host: '127.0.0.1' });
  await once(socket, 'connect');
  streams.push(socketStream(socket));
}
serveNear(streams);
