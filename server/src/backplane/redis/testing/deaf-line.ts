/** A TCP proxy to Redis that can silence the connections on which a given command was sent. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class DeafLine {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  /** Connections to Redis on which the command was sent. */
  readonly #said: Set<Socket>;

  private constructor(server: Server, sockets: Set<Socket>, said: Set<Socket>) {
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#sockets = sockets;
    this.#said = said;
  }

  /** Opens a proxy to the Redis on this loopback port. command: in lower case, as clients write it. */
  static async open(target: number, command: string): Promise<DeafLine> {
    const sockets = new Set<Socket>();
    const said = new Set<Socket>();
    const server = createServer((near) => {
      const far = connect(target, '127.0.0.1');
      near.on('data', (bytes) => {
        // The command is matched with the line break before it, so that `spublish` does not count as `publish`.
        if (bytes.includes(`\n${command}\r\n`)) said.add(far);
      });
      near.pipe(far).pipe(near);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.once('close', () => {
          sockets.delete(socket);
          said.delete(socket);
          other.destroy();
        });
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new DeafLine(server, sockets, said);
  }

  /** Connections that have sent the command so far stay open but receive nothing more. Later ones are not affected. */
  deafen(): void {
    for (const far of this.#said) {
      far.unpipe();
      far.resume();
    }
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
