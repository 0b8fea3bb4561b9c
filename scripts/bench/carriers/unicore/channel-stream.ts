/** A channel as a stream. Bytes are consumed as soon as they are handed over, as in a page that keeps up. */
import { type Channel, type ChannelHandler, Outbox } from '@unicore/protocol';
import type { Stream } from '../../ends/stream.ts';

export class ChannelStream implements Stream {
  readonly #outbox = new Outbox();
  #channel: Channel | undefined;
  #listener: (bytes: Uint8Array) => void = () => {};
  #next: () => Uint8Array | undefined = () => undefined;

  /** The handler for the channel. `lost` is called if the channel closes before close(). */
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
