/**
 * Wraps a UniCore channel as a byte stream of the benchmark. As soon as bytes are delivered, the sender gets
 * new flow-control credit for them.
 */
import { type Channel, type ChannelHandler, Outbox } from '@unicore/protocol';
import type { Stream } from '../../ends/stream.ts';

export class ChannelStream implements Stream {
  readonly #outbox = new Outbox();
  #channel: Channel | undefined;
  #listener: (bytes: Uint8Array) => void = () => {};
  #next: () => Uint8Array | undefined = () => undefined;

  /**
   * Returns the channel's event handler, which passes the channel's data to this stream. `lost` is called
   * when the channel closes with an error.
   */
  handler(lost: (message: string) => void): ChannelHandler {
    return {
      data: (bytes) => {
        this.#listener(bytes);
        this.#channel!.consumed(bytes.length);
      },
      pull: (max) => this.#pull(max),
      pending: () => this.#outbox.size,
      closed: (code, message) => {
        if (code !== 'OK') lost(`${code}: ${message}`);
      },
    };
  }

  bind(channel: Channel): void {
    this.#channel = channel;
  }

  send(bytes: Uint8Array): void {
    this.#outbox.push(bytes);
    this.#channel!.wake();
  }

  pour(next: () => Uint8Array | undefined): void {
    this.#next = next;
    this.#channel!.wake();
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  close(): void {
    this.#channel!.reset('OK', '');
  }

  #pull(max: number): Uint8Array | undefined {
    if (this.#outbox.size === 0) this.#outbox.push(this.#next() ?? new Uint8Array(0));
    return this.#outbox.pull(max);
  }
}
