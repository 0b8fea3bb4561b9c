/**
 * Sends and receives whole messages over a channel's byte stream, for RPC. Each message is a length (u32, big
 * endian), followed by this many bytes of msgpack.
 */

import { type PackLimits, packMeta, UniCoreError, unpackMeta } from '../wire/index.ts';
import type { Channel } from './channel.ts';
import { Outbox } from './outbox.ts';

/**
 * The limits for one message. They are larger than the limits for the metadata of frames, because a
 * provider's report is one message that lists all VMs of the provider.
 */
const LIMITS: PackLimits = { bytes: 1024 * 1024, depth: 12, entries: 65_536 };
const HEADER_BYTES = 4;

/**
 * Sends and receives messages on one channel. First put `data` and `pull` into the channel's handler, then
 * call bind() with the channel.
 */
export class Messages {
  readonly #onMessage: (value: unknown) => void;
  readonly #outbox = new Outbox();
  #channel: Pick<Channel, 'wake' | 'consumed'> | undefined;
  readonly #header = new Uint8Array(HEADER_BYTES);
  #body: Uint8Array | undefined;
  /** Number of bytes that have arrived of the header, or of the body once the length is known. */
  #filled = 0;

  constructor(onMessage: (value: unknown) => void) {
    this.#onMessage = onMessage;
  }

  bind(channel: Pick<Channel, 'wake' | 'consumed'>): void {
    this.#channel = channel;
    channel.wake();
  }

  /** Bytes of messages that wait to be sent. */
  get waiting(): number {
    return this.#outbox.size;
  }

  /** Queues a message. The message is sent when the channel is attached and has credit. */
  send(value: unknown): void {
    const body = packMeta(value, LIMITS);
    const whole = new Uint8Array(HEADER_BYTES + body.length);
    new DataView(whole.buffer).setUint32(0, body.length);
    whole.set(body, HEADER_BYTES);
    this.#outbox.push(whole);
    this.#channel?.wake();
  }

  /** The handler's `pull`: returns the next bytes of the queued messages, at most `max`. */
  readonly pull = (max: number): Uint8Array | undefined => this.#outbox.pull(max);

  /** The handler's `data`: takes received bytes, which may be a part of a message or several messages. */
  readonly data = (bytes: Uint8Array): void => {
    let rest = bytes;
    while (rest.length > 0) rest = this.#take(rest);
    this.#channel?.consumed(bytes.length);
  };

  /**
   * Copies received bytes into the header or the body of the current message. Returns the bytes that are left
   * over. Each byte is copied only once, so a peer that sends single bytes causes no extra work.
   */
  #take(bytes: Uint8Array): Uint8Array {
    const target = this.#body ?? this.#header;
    const part = bytes.subarray(0, target.length - this.#filled);
    target.set(part, this.#filled);
    this.#filled += part.length;
    if (this.#filled === target.length) this.#full();
    return bytes.subarray(part.length);
  }

  #full(): void {
    this.#filled = 0;
    if (this.#body === undefined) {
      this.#body = this.#newBody();
      if (this.#body.length > 0) return;
    }
    const body = this.#body;
    this.#body = undefined;
    this.#onMessage(unpackMeta(body, LIMITS));
  }

  #newBody(): Uint8Array {
    const length = new DataView(this.#header.buffer).getUint32(0);
    if (length <= LIMITS.bytes) return new Uint8Array(length);
    throw new UniCoreError(
      'MESSAGE_TOO_BIG',
      `a control message has at most ${LIMITS.bytes} bytes, this one ${length}`,
    );
  }
}
