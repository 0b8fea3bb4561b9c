/**
 * The application at one end of a simulated channel. It sends bytes that depend on their offset, checks the
 * bytes that it receives, and reads as slowly as planned.
 */
import type { Channel, ChannelHandler } from '../../channel/index.ts';
import type { Clock } from '../../time/index.ts';
import { type ErrorCode, MOST_WINDOWS } from '../../wire/index.ts';
import { expectedBytes, wrongAt } from '../expected-bytes.ts';
import type { Random } from '../random.ts';
import type { ChannelPlan, EndPlan } from './plan.ts';

export interface AppOptions {
  name: string;
  clock: Clock;
  random: Random;
  channel: ChannelPlan;
  side: 'opener' | 'acceptor';
  /** A number that makes the bytes of this channel differ from the bytes of other channels. */
  salt: number;
  /** Called when this application finds a broken invariant of the channel, such as a wrong byte. */
  violated: (what: string) => void;
  event: (text: string) => void;
  over?: (code: ErrorCode) => void;
}

export class App {
  readonly name: string;
  readonly plan: EndPlan;
  sent = 0;
  received = 0;
  /** The message in the peer's FIN frame; undefined until the frame arrives. */
  ended: string | undefined;
  closed: { code: ErrorCode; message: string; at: number } | undefined;
  aborted = false;
  attachments = 0;
  #attached = false;
  readonly #o: AppOptions;
  readonly #window: number;
  readonly #saltOut: number;
  readonly #saltIn: number;
  #channel: Channel | undefined;
  /**
   * Number of bytes that the application has produced so far, out of `total`. Only these bytes may be sent.
   */
  #ready: number;
  #unread = 0;
  #reading = false;
  #stalled = false;
  readonly #cancels: (() => void)[] = [];

  constructor(options: AppOptions) {
    this.#o = options;
    this.name = options.name;
    this.plan = options.channel[options.side];
    this.#window = MOST_WINDOWS[options.channel.kind];
    this.#saltOut = options.salt * 2 + (options.side === 'opener' ? 0 : 1);
    this.#saltIn = options.salt * 2 + (options.side === 'opener' ? 1 : 0);
    this.#ready = this.plan.everyMs === 0 ? this.plan.total : 0;
  }

  get channel(): Channel | undefined {
    return this.#channel;
  }

  /** Starts to send and read on this channel. */
  start(channel: Channel): void {
    this.#channel = channel;
    if (this.plan.everyMs > 0) this.#type();
    if (this.plan.abortMs !== undefined) this.#later(this.plan.abortMs, () => this.#abort());
    this.#endWhenSaid();
    channel.wake();
  }

  /** The message that this end sends in its FIN frame. */
  get farewell(): string {
    return `${this.name} said ${this.plan.total}`;
  }

  readonly handler: ChannelHandler = {
    pull: (max) => this.#pull(max),
    data: (bytes) => this.#data(bytes),
    attached: () => {
      this.#alive('attached');
      this.attachments++;
      this.#attached = true;
      this.#o.event(`${this.name} attached, has ${this.received}`);
    },
    detached: (code) => {
      this.#alive('detached');
      this.#attached = false;
      this.#o.event(`${this.name} detached ${code}`);
    },
    ended: (code, message) => {
      this.#alive('ended');
      if (this.ended !== undefined) this.#o.violated(`${this.name} heard the end twice`);
      this.ended = message;
      this.#o.event(`${this.name} heard the end: ${code} ${message}`);
      this.#endWhenSaid();
    },
    closed: (code, message) => {
      this.#alive('closed');
      this.closed = { code, message, at: this.#o.clock.now() };
      for (const cancel of this.#cancels) cancel();
      this.#o.event(`${this.name} closed ${code} ${message}`);
      this.#o.over?.(code);
    },
  };

  /** Describes the state of this end in words. The text helps to find out why this end waits. */
  describe(): string {
    const { sent, received, ended, closed, plan } = this;
    const state = closed
      ? `closed ${closed.code} ${closed.message}`
      : `attached ${this.#channel?.attachedNow}`;
    return `${this.name}: ${state}, sent ${sent}/${plan.total}, in flight ${this.#channel?.inFlight}, received ${received}, unread ${this.#unread}, peer's end ${ended}`;
  }

  #pull(max: number): Uint8Array | undefined {
    const size = Math.min(max, this.plan.chunk, this.#ready - this.sent);
    if (size <= 0) return undefined;
    const bytes = expectedBytes(this.#saltOut, this.sent, size);
    this.sent += size;
    const inFlight = this.#channel!.inFlight + size;
    if (inFlight > this.#window) this.#o.violated(`${this.name} has ${inFlight} bytes in flight`);
    this.#endWhenSaid();
    return bytes;
  }

  #data(bytes: Uint8Array): void {
    this.#alive('data');
    if (!this.#attached) this.#o.violated(`${this.name} got bytes while it was not attached`);
    if (this.ended !== undefined) this.#o.violated(`${this.name} got bytes behind the end`);
    const wrong = wrongAt(this.#saltIn, this.received, bytes);
    if (wrong !== undefined) this.#o.violated(`${this.name} got a wrong byte at ${wrong}`);
    this.received += bytes.length;
    this.#unread += bytes.length;
    if (this.#unread > this.#window) this.#o.violated(`${this.name} holds ${this.#unread} unread bytes`);
    this.#read();
  }

  #read(): void {
    if (this.#reading) return;
    const { stallAt, stallMs, readMs } = this.plan;
    const stall = !this.#stalled && this.received >= stallAt;
    if (stall) this.#stalled = true;
    if (!stall && readMs === 0) return this.#consume(this.#unread);
    this.#reading = true;
    this.#later(stall ? stallMs : this.#o.random.int(0, readMs), () => {
      this.#reading = false;
      this.#consume(this.#o.random.chance(0.7) ? this.#unread : this.#o.random.int(1, this.#unread));
      if (this.#unread > 0) this.#read();
    });
  }

  #consume(bytes: number): void {
    this.#unread -= bytes;
    this.#channel!.consumed(bytes);
  }

  #type(): void {
    this.#later(this.plan.everyMs, () => {
      this.#ready = Math.min(this.plan.total, this.#ready + this.plan.chunk);
      this.#channel!.wake();
      if (this.#ready < this.plan.total) this.#type();
    });
  }

  #endWhenSaid(): void {
    if (this.sent < this.plan.total || (this.plan.endsLast && this.ended === undefined)) return;
    this.#channel?.end('OK', this.farewell);
  }

  #abort(): void {
    this.aborted = true;
    this.#o.event(`${this.name} aborts`);
    this.#channel!.reset(
      this.#o.side === 'opener' ? 'CONFLICT' : 'VM_NOT_RUNNING',
      `aborted by ${this.name}`,
    );
  }

  #alive(what: string): void {
    if (this.closed) this.#o.violated(`${this.name} heard "${what}" after it was closed`);
  }

  #later(ms: number, run: () => void): void {
    this.#cancels.push(this.#o.clock.after(ms, run));
  }
}
