/** Whole messages over a channel's bytes, for RPC: each is a u32 length (big endian) and that many bytes of msgpack. */
import type { Channel } from './channel.ts';
import { UniCoreError } from './errors.ts';
import { type PackLimits, packMeta, unpackMeta } from './meta.ts';
import { Outbox } from './outbox.ts';

/** Larger than metadata: a report names every VM of a provider. */
const LIMITS: PackLimits = { bytes: 1024 * 1024, depth: 12, entries: 65_536 };
const HEADER_BYTES = 4;

/** Spread `data` and `pull` into the channel's handler, then bind() the channel. */
export class Messages {
  readonly #onMessage: (value: unknown) => void;
  readonly #outbox = new Outbox();
  #channel: Channel | undefined;
  #partial = new Uint8Array(0);

  constructor(onMessage: (value: unknown) => void) {
    this.#onMessage = onMessage;
  }

  bind(channel: Channel): void {
    this.#channel = channel;
    channel.wake();
  }

  /** Queues a message; it leaves when the channel is attached and has credit. */
  send(value: unknown): void {
    const body = packMeta(value, LIMITS);
    const whole = new Uint8Array(HEADER_BYTES + body.length);
    new DataView(whole.buffer).setUint32(0, body.length);
    whole.set(body, HEADER_BYTES);
    this.#outbox.push(whole);
    this.#channel?.wake();
  }

  /** ChannelHandler.pull */
  readonly pull = (max: number): Uint8Array | undefined => this.#outbox.pull(max);

  /** ChannelHandler.data */
  readonly data = (bytes: Uint8Array): void => {
    const all = this.#partial.length === 0 ? bytes : joined(this.#partial, bytes);
    let at = 0;
    while (all.length - at >= HEADER_BYTES) {
      const length = new DataView(all.buffer, all.byteOffset + at).getUint32(0);
      if (length > LIMITS.bytes) {
        throw new UniCoreError(
          'MESSAGE_TOO_BIG',
          `a control message has at most ${LIMITS.bytes} bytes, this one ${length}`,
        );
      }
      const end = at + HEADER_BYTES + length;
      if (end > all.length) break;
      this.#onMessage(unpackMeta(all.subarray(at + HEADER_BYTES, end), LIMITS));
      at = end;
    }
    // A copy: the view would pin the whole message that it came in.
    this.#partial = all.slice(at);
    this.#channel?.consumed(bytes.length);
  };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
