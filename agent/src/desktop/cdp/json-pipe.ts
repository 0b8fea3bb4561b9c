/**
 * Sends and receives messages over two byte streams. Each message is a JSON text that ends with a NUL byte.
 * Chromium uses this format on the two file descriptors of `--remote-debugging-pipe`.
 */
import type { Readable, Writable } from 'node:stream';
import { MAX_MESSAGE } from './contract.ts';

/** How many bytes of the start and the end of an oversized message are kept. They contain its id and session. */
const KEPT_BYTES = 512;
const NUL = Buffer.of(0);

export interface PipeStreams {
  /** The stream that the browser writes to. */
  readonly input: Readable;
  /** The stream that the browser reads from. */
  readonly output: Writable;
}

/** The start and the end of a message that was too large. */
export interface Oversized {
  readonly start: string;
  readonly end: string;
  readonly bytes: number;
}

export interface PipeEvents {
  received(text: string): void;
  oversized(message: Oversized): void;
  /** Called once, when either stream has ended. No message is delivered after it. */
  closed(): void;
}

export interface PipeOptions extends PipeStreams, PipeEvents {
  /** Largest message that is received, in bytes. */
  maxBytes?: number;
}

export class JsonPipe {
  readonly #options: PipeOptions;
  readonly #maxBytes: number;
  /** The parts of a message that is not complete yet. They are joined only once, when the message ends. */
  #parts: Buffer[] = [];
  #bytes = 0;
  #closed = false;

  constructor(options: PipeOptions) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? MAX_MESSAGE;
    const { input, output } = options;
    input.on('data', (bytes: Buffer) => this.#read(bytes));
    for (const stream of [input, output]) {
      stream.on('close', () => this.close());
      // Without a listener, an 'error' event would end the process. The 'close' event follows.
      stream.on('error', () => undefined);
    }
    input.on('end', () => this.close());
  }

  /** Sends one message. `written` is called when the browser's end of the pipe has taken it, or is gone. */
  send(text: string, written?: () => void): void {
    if (this.#closed) return written?.();
    const { output } = this.#options;
    output.cork();
    output.write(text);
    output.write(NUL, () => written?.());
    output.uncork();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts = [];
    this.#options.input.destroy();
    this.#options.output.destroy();
    this.#options.closed();
  }

  #read(bytes: Buffer): void {
    let from = 0;
    for (let end = bytes.indexOf(0); end !== -1 && !this.#closed; end = bytes.indexOf(0, from)) {
      this.#add(bytes.subarray(from, end));
      from = end + 1;
      this.#deliver();
    }
    if (!this.#closed) this.#add(bytes.subarray(from));
  }

  #add(part: Buffer): void {
    if (part.length === 0) return;
    this.#bytes += part.length;
    this.#parts.push(part);
    if (this.#bytes > this.#maxBytes) this.#trim();
  }

  /** Keeps only the start and the end of a message that is too large, as two parts. */
  #trim(): void {
    const [first, ...others] = this.#parts;
    const start = first!.length >= KEPT_BYTES ? first! : Buffer.concat(this.#parts);
    const last = others.at(-1);
    const end = last && last.length >= KEPT_BYTES ? last : Buffer.concat(this.#parts);
    this.#parts = [Buffer.from(start.subarray(0, KEPT_BYTES)), Buffer.from(end.subarray(-KEPT_BYTES))];
  }

  #deliver(): void {
    const parts = this.#parts;
    const bytes = this.#bytes;
    this.#parts = [];
    this.#bytes = 0;
    if (bytes > this.#maxBytes) {
      const text = (part: Buffer | undefined) => part?.toString() ?? '';
      this.#options.oversized({ start: text(parts[0]), end: text(parts[1]), bytes });
    } else {
      this.#options.received((parts.length === 1 ? parts[0]! : Buffer.concat(parts)).toString());
    }
  }
}
