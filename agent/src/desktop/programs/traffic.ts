/** The connections that Chromium has to servers: counts what is sent on them, and ends them all at once. */
import type { Socket } from 'node:net';

export class Traffic {
  readonly #open = new Set<Socket>();
  #closedBytes = 0;
  #ended = false;

  /** Bytes that were sent to servers so far. */
  get sentBytes(): number {
    let sum = this.#closedBytes;
    for (const { bytesWritten } of this.#open) sum += bytesWritten;
    return sum;
  }

  /** Counts a new connection until it closes. */
  add(server: Socket): void {
    if (this.#ended) {
      server.destroy();
      return;
    }
    this.#open.add(server);
    server.once('close', () => {
      this.#open.delete(server);
      this.#closedBytes += server.bytesWritten;
    });
  }

  /** Closes all connections. Those that come later are closed at once. */
  end(): void {
    this.#ended = true;
    for (const server of this.#open) server.destroy();
  }
}
