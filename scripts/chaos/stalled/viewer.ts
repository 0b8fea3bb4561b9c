/**
 * Part of the chaos run in which viewers of a terminal stop reading: a viewer of the terminal that sends bulk
 * data. It counts the bytes that it reads, and the bytes that the hub reports as skipped.
 */
import { once } from 'node:events';
import type { ChannelSocket } from '@unicore/client/sdk';
import type { WebSocket } from 'ws';

/**
 * Start of the escape sequence in which the hub reports skipped bytes: a private OSC sequence (see
 * PROTOCOL.md, section 7).
 */
const NOTE = '\x1b]7717;{"skipped":';
/**
 * The hub reports skipped bytes in an escape sequence, which may be split between two messages. This is the
 * largest length of its part in the first message, in characters.
 */
const MOST_OF_NOTE = NOTE.length + '9007199254740991}'.length;

interface Socket {
  /** Resolves when the viewer's socket is open. */
  opened: Promise<unknown>;
  stop(): void;
  /** Lets the socket read again. The bytes that arrived in the meantime come first. */
  goOn(): void;
  close(): void;
}

export class Viewer {
  readonly #socket: Socket;
  #read = 0;
  #skipped = 0;
  #tail = Buffer.alloc(0);
  /** Number of skipped bytes that the hub had reported when the viewer stopped reading. */
  #skippedBefore = 0;
  /** Called when the viewer's count of read or skipped bytes has changed. */
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

  /**
   * Stops reading. A viewer that uses the SDK gives no more flow-control credit. A viewer that uses a raw
   * WebSocket does not read its socket.
   */
  stop(): void {
    this.expect();
    this.#socket.stop();
  }

  /**
   * Notes how many skipped bytes the hub has reported to this viewer so far. goOn() then counts only later
   * ones. Called directly, without stop(), if the viewer's whole process will be frozen, because a frozen
   * process does not read anyway.
   */
  expect(): void {
    this.#skippedBefore = this.#skipped;
  }

  /**
   * Reads again. When the hub has reported at least `leastMissed` further skipped bytes, resolves with their
   * exact number.
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
