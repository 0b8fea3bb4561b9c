/** A channel as a Node stream, for tests that speak RFB or CDP over it. */
import { randomBytes } from 'node:crypto';
import { Duplex } from 'node:stream';
import {
  type ChannelKindName,
  type ErrorCode,
  type Leg,
  Opener,
  Outbox,
  systemClock,
} from '@unicore/protocol';

export interface ChannelStreamOptions {
  kind: ChannelKindName;
  meta: unknown;
  /** Returns the connection (leg) on which the channel is attached now. */
  leg: () => Leg | undefined;
}

export class ChannelStream extends Duplex {
  /** How the channel ended. */
  readonly over = Promise.withResolvers<{ code: ErrorCode; message: string }>();
  readonly channel: Opener;
  accepted: unknown;
  /** Resolves when the channel was accepted. */
  readonly attached: Promise<void>;
  readonly #outbox = new Outbox();
  #written: (() => void) | undefined;

  constructor({ kind, meta, leg }: ChannelStreamOptions) {
    super();
    const attached = Promise.withResolvers<void>();
    this.attached = attached.promise;
    this.channel = new Opener({
      clock: systemClock,
      kind,
      meta: () => meta,
      random: (bytes) => randomBytes(bytes),
      leg,
      resume: true,
      handler: {
        data: (bytes) => {
          this.push(Buffer.from(bytes));
          this.channel.consumed(bytes.length);
        },
        pull: (max) => this.#pull(max),
        attached: (said) => {
          this.accepted ??= said;
          attached.resolve();
        },
        ended: () => this.channel.end(),
        closed: (code, message) => {
          this.over.resolve({ code, message });
          this.push(null);
        },
      },
    });
    this.channel.attach();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#outbox.push(chunk);
    this.#written = done;
    this.channel.wake();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.channel.reset('OK', '');
    done(error);
  }

  #pull(max: number): Uint8Array | undefined {
    const bytes = this.#outbox.pull(max);
    if (this.#outbox.size === 0) {
      const written = this.#written;
      this.#written = undefined;
      written?.();
    }
    return bytes;
  }
}
