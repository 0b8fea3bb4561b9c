/** The agent's outbound WebSocket, as the transport of a leg (a connection of the protocol). */
import type { Socket } from 'node:net';
import { type Leg, MAX_MESSAGE, type Transport, UniCoreError } from '@unicore/protocol';
import { WebSocket } from 'ws';
import { codeOf } from '../files/index.ts';
import { maskFor } from './mask.ts';

const SUBPROTOCOL = 'unicore.v1';
/** Time limit for the TCP, TLS and WebSocket handshakes together, in ms. */
const HANDSHAKE_MS = 10_000;
/** Time limit for the peer's answer to a close frame, in ms. */
const GOODBYE_MS = 1_000;
/** Longest reason in a close frame, in UTF-8 bytes. */
const MAX_REASON = 123;

export interface TunnelSocket extends Transport {
  /** From now on, delivers all received messages to this leg (a connection of the protocol). */
  attach(leg: Leg): void;
}

/**
 * Opens a WebSocket. Rejects with a UniCoreError if no hub answers, or if the server does not speak this
 * protocol.
 */
export type OpenSocket = (url: string, signal: AbortSignal) => Promise<TunnelSocket>;

export const openSocket: OpenSocket = (url, signal) =>
  new Promise((resolve, reject) => {
    // ws sends no Origin header, so the hub knows that the client is a program and not a web page.
    const ws = new WebSocket(url, SUBPROTOCOL, {
      perMessageDeflate: false,
      ...maskFor(url),
      maxPayload: MAX_MESSAGE,
      handshakeTimeout: HANDSHAKE_MS,
    });
    const abort = () => ws.terminate();
    signal.addEventListener('abort', abort, { once: true });
    // This listener also prevents later errors from ending the process. A 'close' event follows each error
    // and is handled.
    ws.on('error', (error) => reject(socketError(url, error)));
    ws.on('close', () => signal.removeEventListener('abort', abort));
    ws.once('upgrade', ({ socket }) => {
      ws.once('open', () => {
        // No listener for messages exists yet. The first messages must wait until attach() is called.
        ws.pause();
        resolve(new WsTransport(ws, socket));
      });
    });
  });

class WsTransport implements TunnelSocket {
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  #drained: () => void = () => undefined;

  constructor(ws: WebSocket, socket: Socket) {
    this.#ws = ws;
    this.#socket = socket;
  }

  get buffered(): number {
    return this.#ws.bufferedAmount;
  }

  attach(leg: Leg): void {
    this.#drained = () => leg.drained();
    this.#ws.on('message', (message: Buffer, isBinary) => {
      if (isBinary) leg.receive(message);
      else leg.close('PROTOCOL_ERROR', 'this socket takes binary messages only');
    });
    this.#ws.on('close', (code, reason) => leg.socketClosed(code, reason.toString()));
    this.#ws.resume();
  }

  send(message: Uint8Array, done?: () => void): void {
    this.#ws.send(message, () => {
      done?.();
      this.#drained();
    });
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  close(code: number, reason: string): void {
    // A reason that is cut inside a character has a replacement character at its end. Remove that character.
    this.#ws.close(
      code,
      Buffer.from(reason)
        .subarray(0, MAX_REASON)
        .toString()
        .replace(/\uFFFD$/, ''),
    );
    // A dead peer never answers the close frame. Terminate the socket, so that it does not stay open beside
    // the next socket.
    setTimeout(() => this.#ws.terminate(), GOODBYE_MS).unref();
  }
}

function socketError(url: string, error: Error): UniCoreError {
  const why = codeOf(error) ?? error.message;
  return new UniCoreError('LEG_LOST', `The hub cannot be reached at ${url}: ${why}`, { cause: error });
}
