/** A viewer of the flooding terminal. It counts the bytes that it reads, and those that it is told to have missed. */
import { once } from 'node:events';
import type { ChannelSocket } from '@unicore/client/sdk';
import type { WebSocket } from 'ws';

/** Start of the private OSC sequence that reports skipped bytes (PROTOCOL.md, section 7). */
const NOTE = '\x1b]7717;{"skipped":';
/** Length of the longest part of such a sequence at the end of a message. */
const MOST_OF_NOTE = NOTE.length + '9007199254740991}'.length;

interface Socket {
  /** Resolves when the socket is open. */
  opened: Promise<unknown>;
  stop(): void;
  /** Reads on, beginning with what has arrived meanwhile. */
  goOn(): void;
  close(): void;
}

export class Viewer {
  readonly #socket: Socket;
  #read = 0;
  #skipped = 0;
  #tail = Buffer.alloc(0);
  /** Bytes it was told to have missed before it stopped reading. */
  #skippedBefore = 0;
  /** Called when one of the counts has changed. */
  #changed = () => {};
  #failed: (error: Error) => void = () => {};
  #failure: Error | undefined;

  private constructor(connect: (viewer: Viewer) => Socket) {
    this.#socket = connect(this);
  }

  static bySdk(socket: ChannelSocket): Viewer {
    return new Viewer((viewer) => {
      socket.onmessage = ({ data }) => viewer.#heard(Buffer.from(data as ArrayBuffer));
      socket.onclose = ({ code, reason }) => viewer.#closed(code, reason);
      return {
        opened: once(socket, 'open'),
        stop() {
          socket.manualConsume = true;
        },
        goOn() {
          socket.consumed(Number.MAX_SAFE_INTEGER);
          socket.manualConsume = false;
        },
        close: () => socket.close(),
      };
    });
  }

  static raw(socket: WebSocket): Viewer {
    return new Viewer((viewer) => {
      socket.on('message', (data: Buffer) => viewer.#heard(data));
      socket.on('close', (code, reason) => viewer.#closed(code, reason.toString()));
      return {
        opened: once(socket, 'open'),
        stop: () => socket.pause(),
        goOn: () => socket.resume(),
        close: () => socket.close(),
      };
    });
  }

  /** Resolves when the viewer is open and has read this many bytes. */
  async hasRead(bytes: number): Promise<void> {
    await this.#socket.opened;
    await this.#until(() => this.#read >= bytes);
  }

  /** Stops the viewer: it gives no more credit (SDK) or reads no more (raw). */
  stop(): void {
    this.expect();
    this.#socket.stop();
  }

  /** Like stop(), if the whole process is about to be frozen. */
  expect(): void {
    this.#skippedBefore = this.#skipped;
  }

  /**
   * Resumes reading. Resolves with the bytes it was told to have missed since it stopped, once these are at least
   * `leastMissed`.
   */
  async goOn(leastMissed: number): Promise<number> {
    this.#socket.goOn();
    await this.#until(() => this.#skipped - this.#skippedBefore >= leastMissed);
    return this.#skipped - this.#skippedBefore;
  }

  close(): void {
    this.#socket.close();
  }

  #heard(bytes: Buffer): void {
    this.#read += bytes.length;
    const text = this.#tail.length === 0 ? bytes : Buffer.concat([this.#tail, bytes]);
    let from = 0;
    for (let at = text.indexOf(NOTE); at >= 0; at = text.indexOf(NOTE, from)) {
      const end = text.indexOf('}', at + NOTE.length);
      if (end < 0) break;
      this.#skipped += Number(text.toString('latin1', at + NOTE.length, end));
      from = end;
    }
    this.#tail = Buffer.from(text.subarray(Math.max(from, text.length - MOST_OF_NOTE)));
    this.#changed();
  }

  #closed(code: number, reason: string): void {
    this.#failure = new Error(`a viewer was closed: ${code} ${reason}`);
    this.#failed(this.#failure);
  }

  #until(fulfilled: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#failed = reject;
      this.#changed = () => {
        if (fulfilled()) resolve();
      };
      this.#changed();
    });
  }
}
