/** The one outbound WebSocket of an agent, as the transport of a leg. */
import type { Socket } from 'node:net';
import { type Leg, MAX_MESSAGE, type Transport, UniCoreError } from '@unicore/protocol';
import { WebSocket } from 'ws';
import { codeOf } from '../files/index.ts';
import { maskFor } from './mask.ts';

const SUBPROTOCOL = 'unicore.v1';
/** TCP, TLS and the upgrade together. */
const HANDSHAKE_MS = 10_000;
/** How long the peer may take to say goodbye, too. */
const GOODBYE_MS = 1_000;
/** A close frame's reason, UTF-8 bytes. */
const MAX_REASON = 123;

export interface TunnelSocket extends Transport {
  /** From now on what arrives goes to this leg. */
  attach(leg: Leg): void;
}

/** Rejects with a UniCoreError when there is no hub, or none that speaks our protocol. */
export type OpenSocket = (url: string, signal: AbortSignal) => Promise<TunnelSocket>;

export const openSocket: OpenSocket = (url, signal) =>
  new Promise((resolve, reject) => {
    // Without an Origin header (ws sends none) the hub takes it for a program, not for a page.
    const ws = new WebSocket(url, SUBPROTOCOL, {
      perMessageDeflate: false,
      ...maskFor(url),
      maxPayload: MAX_MESSAGE,
      handshakeTimeout: HANDSHAKE_MS,
    });
    const abort = () => ws.terminate();
    signal.addEventListener('abort', abort, { once: true });
    // Also the listener that keeps a later error from ending the process: 'close' follows and says enough.
    ws.on('error', (error) => reject(socketError(url, error)));
    ws.on('close', () => signal.removeEventListener('abort', abort));
    ws.once('upgrade', ({ socket }) => {
      ws.once('open', () => {
        // Nobody listens yet; what the hub says first must wait for attach().
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
    // A reason that is cut inside a character ends in the replacement character, which is dropped.
    this.#ws.close(
      code,
      Buffer.from(reason)
        .subarray(0, MAX_REASON)
        .toString()
        .replace(/\uFFFD$/, ''),
    );
    // A peer that is gone never answers, and the next connection must not be a second one.
    setTimeout(() => this.#ws.terminate(), GOODBYE_MS).unref();
  }
}

function socketError(url: string, error: Error): UniCoreError {
  const why = codeOf(error) ?? error.message;
  return new UniCoreError('LEG_LOST', `The hub cannot be reached at ${url}: ${why}`, { cause: error });
}
