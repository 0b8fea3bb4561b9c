/** A WebSocket, or a channel with its interface, as a Node stream. RawClient speaks RFB over it. */
import { Duplex } from 'node:stream';

export function socketStream(socket: WebSocket): Duplex {
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      socket.send(new Uint8Array(chunk));
      done();
    },
    destroy(error, done) {
      socket.close();
      done(error);
    },
  });
  socket.addEventListener('message', ({ data }) => stream.push(Buffer.from(data)));
  socket.addEventListener('close', () => stream.push(null));
  return stream;
}
