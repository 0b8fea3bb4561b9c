/**
 * One program that drives the browser. Connects its channel (kind cdp) to the shared browser. Each message on the
 * channel is JSON in UTF-8 and ends with a NUL byte.
 */
import type { AcceptedChannel, ChannelHandler } from '@unicore/protocol';
import type { ControlHolder } from '@unicore/protocol/control';
import { MAX_MESSAGE, type ProgramConnection, type SharedBrowser } from '../cdp/index.ts';
import { SendQueue } from './send-queue.ts';

const NUL = 0;

export interface ProgramOptions {
  browser: SharedBrowser;
  /** The id of the program in vnc.control. */
  id: string;
  /** The name that people see while the program has the controls. */
  name: string;
  /** Called for each message from the program. */
  used(): void;
  gone(): void;
}

/** Connects a program. Throws if there is no browser, or if there are too many programs. */
export class Program {
  readonly handler: ChannelHandler;
  readonly #connection: ProgramConnection;
  readonly #queue = new SendQueue();
  readonly #used: () => void;
  #channel: AcceptedChannel | undefined;
  /** The pieces of a message that is not complete yet. */
  #pieces: Uint8Array[] = [];
  #size = 0;

  constructor({ browser, id, name, used, gone }: ProgramOptions) {
    this.#used = used;
    this.#connection = browser.connect({
      id,
      name,
      send: (text, sent) => {
        this.#queue.push(Buffer.from(`${text}\0`), sent);
        this.#channel?.wake();
      },
      close: (code, reason) => this.#channel?.end(code, reason),
    });
    this.handler = {
      data: (bytes) => this.#received(bytes),
      pull: (max) => this.#queue.pull(max),
      ended: () => this.#channel?.end(),
      closed: () => {
        this.#connection.close();
        gone();
      },
    };
  }

  /** The program as it appears in the lease of the controls. */
  get holder(): ControlHolder {
    return this.#connection.holder;
  }

  bind(channel: AcceptedChannel): void {
    this.#channel = channel;
    channel.wake();
  }

  #received(bytes: Uint8Array): void {
    let from = 0;
    for (let end = bytes.indexOf(NUL); end >= 0; end = bytes.indexOf(NUL, from)) {
      const last = bytes.subarray(from, end);
      const text = Buffer.concat([...this.#pieces, last]).toString('utf8');
      this.#pieces = [];
      this.#size = 0;
      // Credit for the last piece of a message is given when the browser has taken the message. Credit for the
      // other pieces is given at once, because a message may be larger than the channel's window.
      const { length } = bytes.subarray(from, end + 1);
      this.#used();
      this.#connection.receive(text, () => this.#channel?.consumed(length));
      from = end + 1;
    }
    const rest = bytes.subarray(from);
    if (rest.length === 0) return;
    this.#pieces.push(rest);
    this.#size += rest.length;
    this.#channel?.consumed(rest.length);
    if (this.#size <= MAX_MESSAGE) return;
    this.#channel?.reset(
      'TOO_LARGE',
      `A message may have ${MAX_MESSAGE / 1024 / 1024} MiB. Send it in parts.`,
    );
  }
}
