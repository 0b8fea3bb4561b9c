/** Chromium's connections to servers: counts the bytes that are sent on them, and can close all of them. */
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

  /** Closes all connections. Later connections are closed at once. */
  end(): void {
    this.#ended = true;
    for (const server of this.#open) server.destroy();
  }
}
