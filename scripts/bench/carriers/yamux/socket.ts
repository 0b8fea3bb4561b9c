/** Runs libp2p's yamux over a WebSocket, and wraps yamux streams as byte streams of the benchmark. */
import type { Stream as MuxedStream } from '@libp2p/interface';
import { defaultLogger } from '@libp2p/logger';
import { AbstractMessageStream, type SendResult } from '@libp2p/utils';
import { yamux } from '@libp2p/yamux';
import type { Uint8ArrayList } from 'uint8arraylist';
import type { WebSocket } from 'ws';
import type { Stream } from '../../ends/stream.ts';

/**
 * A socket counts as full when this many bytes wait in its send buffer. UniCore's own senders use the same
 * limit.
 */
const HIGH_WATER = 64 * 1024;
/** Largest yamux message in bytes, equal to UniCore's largest message. */
const MAX_MESSAGE = 64 * 1024;

const muxing = yamux()();

export function muxerOver(ws: WebSocket, direction: 'inbound' | 'outbound') {
  return muxing.createStreamMuxer(new Socket(ws, direction));
}

class Socket extends AbstractMessageStream {
  readonly #ws: WebSocket;
  #full = false;

  constructor(ws: WebSocket, direction: 'inbound' | 'outbound') {
    super({ log: defaultLogger().forComponent('bench'), direction, maxMessageSize: MAX_MESSAGE });
    this.#ws = ws;
    ws.on('message', (message: Buffer) => this.onData(message));
    ws.on('close', () => this.onTransportClosed());
  }

  sendData(data: Uint8ArrayList): SendResult {
    const sentBytes = data.byteLength;
    this.#ws.send(data.subarray(), this.#drained);
    this.#full = this.#ws.bufferedAmount >= HIGH_WATER;
    return { sentBytes, canSendMore: !this.#full };
  }

  readonly #drained = () => {
    if (!this.#full || this.#ws.bufferedAmount >= HIGH_WATER) return;
    this.#full = false;
    this.safeDispatchEvent('drain');
  };

  sendReset(): void {
    this.#ws.terminate();
  }

  sendPause(): void {
    this.#ws.pause();
  }

  sendResume(): void {
    this.#ws.resume();
  }

  async close(): Promise<void> {
    this.#ws.close();
  }
}

export function muxedStream(stream: MuxedStream): Stream {
  return {
    send: (bytes) => void stream.send(bytes),
    pour(next) {
      let over = false;
      const pump = () => {
        while (!over && !stream.writableNeedsDrain) {
          const piece = next();
          over = piece === undefined;
          if (piece !== undefined) stream.send(piece);
        }
        // All yamux streams of this WebSocket get the 'drain' event one after the other. If the first stream
        // sent at once, it would use all the free buffer space. So each stream waits until all streams have
        // got the event.
        if (!over) stream.addEventListener('drain', () => queueMicrotask(pump), { once: true });
      };
      pump();
    },
    onData: (listener) => stream.addEventListener('message', ({ data }) => listener(data.subarray())),
  };
}
