/** Wraps a TCP socket as a byte stream of the benchmark. */
import type { Socket } from 'node:net';
import type { Stream } from '../../ends/stream.ts';

export function socketStream(socket: Socket): Stream {
  socket.setNoDelay(true);
  return {
    send: (bytes) => void socket.write(bytes),
    pour(next) {
      const pump = () => {
        for (let piece = next(); piece !== undefined; piece = next()) {
          if (!socket.write(piece)) return socket.once('drain', pump);
        }
      };
      pump();
    },
    onData: (listener) => void socket.on('data', listener),
  };
}
