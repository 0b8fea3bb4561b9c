/**
 * A second client, written from PROTOCOL.md alone: one terminal over /consumer, resumed over any number of
 * sockets.
 */
import { WebSocket } from 'ws';
import { readMessage } from './decoder.ts';
import { hello, pong } from './encoder.ts';
import type { Frame } from './frames.ts';
import type { Plain } from './msgpack.ts';
import { TerminalEnd } from './terminal-end.ts';

/** Pause before the client connects or attaches again, in ms. */
const PAUSE_MS = 50;
/** Number of output bytes to keep. They contain a prompt and the last output of a command. */
const TAIL_BYTES = 1024;
/** Time limit of until(), in ms. */
const UNTIL_LIMIT_MS = 30_000;

export class TerminalClient {
  readonly end: TerminalEnd;
  readonly #url: string;
  readonly #token: string;
  #socket: WebSocket | undefined;
  #nextCh = 1;
  #over = false;
  #look = () => {};

  constructor(origin: string, token: string, about: Plain) {
    this.#url = `${origin.replace('http', 'ws')}/consumer`;
    this.#token = token;
    this.end = new TerminalEnd(about);
    this.#dial();
  }

  get text(): string {
    return Buffer.from(this.end.output.bytes).toString();
  }

  /** Returns the last part of the output. */
  get tail(): string {
    return Buffer.from(this.end.output.bytes.subarray(-TAIL_BYTES)).toString();
  }

  /** Cuts the socket without a close frame. */
  cut(): void {
    this.#socket?.terminate();
  }

  close(): void {
    this.#over = true;
    this.#socket?.close();
  }

  /** Resolves when the condition is true. The condition is checked after each message. */
  async until(what: string, holds: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const limit = setTimeout(
      () => reject(new Error(`Never: ${what} (ended with ${this.end.code})`)),
      UNTIL_LIMIT_MS,
    );
    this.#look = () => holds() && resolve();
    this.#look();
    await promise.finally(() => clearTimeout(limit));
  }

  #dial(): void {
    this.#nextCh = 1;
    const socket = new WebSocket(this.#url, 'unicore.v1', { perMessageDeflate: false });
    this.#socket = socket;
    socket.on('open', () => socket.send(hello(this.#token)));
    socket.on('message', (message: Buffer) => {
      for (const frame of readMessage(message)) this.#frame(socket, frame);
      this.#look();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.end.detach();
      if (!this.#over) setTimeout(() => this.#dial(), PAUSE_MS);
    });
  }

  #frame(socket: WebSocket, frame: Frame): void {
    if (frame.type === 'PING') socket.send(pong(frame.id));
    else if (frame.type === 'WELCOME') this.#attach(socket);
    else if ('ch' in frame) {
      this.end.frame(frame);
      if (this.end.waiting) setTimeout(() => this.#attach(socket), PAUSE_MS);
    }
  }

  #attach(socket: WebSocket): void {
    if (socket.readyState !== WebSocket.OPEN || !this.end.waiting) return;
    this.end.attach(this.#nextCh, (frame) => socket.send(frame));
    this.#nextCh += 2;
  }
}
