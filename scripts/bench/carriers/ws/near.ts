/**
 * The client process when the benchmark measures plain WebSockets. It opens one WebSocket to the relay per
 * stream.
 */
import { serveNear } from '../../ends/near.ts';
import type { Stream } from '../../ends/stream.ts';
import { connect, socketStream } from './socket-stream.ts';

const [port = '', count] = process.argv.slice(2);
const streams: Stream[] = [];
for (let index = 0; index < Number(count); index++) {
  streams.push(socketStream(await connect(port, `s${index}`)));
}
serveNear(streams);
