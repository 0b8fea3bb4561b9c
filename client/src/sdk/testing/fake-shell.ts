/** The other end of one terminal channel. It records its input, and a test decides its output. */
import { type AcceptedChannel, type ChannelHandler, type ErrorCode, Outbox } from '@unicore/protocol';

export class FakeShell {
  channel: AcceptedChannel | undefined;
  typed = '';
  /** Bytes of output that the channel has sent. */
  said = 0;
  /** True: input is received but not consumed. */
  stuck = false;
  answersEnd = true;
  closed: ErrorCode | undefined;
  readonly meta: unknown;
  readonly #output = new Outbox();
  readonly #decoder = new TextDecoder();

  constructor(meta: unknown) {
    this.meta = meta;
  }

  readonly handler: ChannelHandler = {
    data: (bytes) => {
      this.typed += this.#decoder.decode(bytes, { stream: true });
      if (!this.stuck) this.channel!.consumed(bytes.length);
    },
    pull: (max) => {
      const bytes = this.#output.pull(max);
      this.said += bytes?.length ?? 0;
      return bytes;
    },
    ended: () => {
      if (this.answersEnd) this.channel!.end('OK', 'bye');
    },
    closed: (code) => {
      this.closed = code;
    },
  };

  say(output: string | Uint8Array): void {
    this.#output.push(typeof output === 'string' ? new TextEncoder().encode(output) : output);
    this.channel!.wake();
  }
}
