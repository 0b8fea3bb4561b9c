/**
 * A leg is one live socket between two neighbours. It does the handshake and the keepalive, and gives the frames of
 * each channel number to the port (the receiver) that is bound to that number.
 */
import type { Clock } from '../time/index.ts';
import {
  channelOf,
  closeCode,
  closeError,
  type ErrorCode,
  encode,
  errorName,
  type Frame,
  FrameType,
  frameAt,
  frameType,
  isChannelFrame,
  MAX_MESSAGE,
  maySend,
  type Peer,
  scan,
  UniCoreError,
  unpackMeta,
} from '../wire/index.ts';
import {
  HELLO_MS,
  hello,
  OUR_VERSIONS,
  readGreeting,
  type Versions,
  WELCOME_MS,
  welcome,
} from './handshake.ts';
import { Keepalive, PATIENCE } from './keepalive.ts';
import type { LegHandler, LegOptions } from './leg-options.ts';
import { type Port, Ports } from './ports.ts';
import type { SendQueue } from './send-queue.ts';
import { Sender, type Transport } from './sender.ts';

/** If more than this many bytes wait for a peer that does not read, its requests get no more answers. */
const MAX_UNREAD = 1024 * 1024;

export class Leg {
  readonly peer: Peer;
  readonly #clock: Clock;
  readonly #transport: Transport;
  readonly #handler: LegHandler;
  readonly #dialled: boolean;
  readonly #versions: Versions;
  readonly #sender: Sender;
  readonly #maxQueued: number;
  readonly #strays: { take(): boolean } | undefined;
  readonly #ports: Ports;
  readonly #keepalive: Keepalive;
  #state: 'greeting' | 'authenticating' | 'up' | 'closed' = 'greeting';
  #version: number | undefined;
  #cancelGreeting: () => void;

  constructor({
    transport,
    clock,
    peer,
    dial,
    versions = OUR_VERSIONS,
    maxQueued = Number.POSITIVE_INFINITY,
    patience = PATIENCE,
    strays,
    handler,
  }: LegOptions) {
    this.peer = peer;
    this.#clock = clock;
    this.#transport = transport;
    this.#handler = handler;
    this.#dialled = dial !== undefined;
    this.#versions = versions;
    this.#maxQueued = maxQueued;
    this.#strays = strays;
    this.#ports = new Ports({
      first: this.#dialled ? 1 : 2,
      opened: handler.open?.bind(handler),
      answer: (frame) => this.#answer(frame),
      stray: () => {
        handler.stray?.();
        this.#countStray();
      },
      idle: () => handler.idle?.(),
      fault: (error) => handler.fault?.(error),
    });
    this.#sender = new Sender({
      transport,
      clock,
      ping: (answered) => encode({ type: FrameType.PING, id: this.#keepalive.ask(answered) }),
    });
    this.#keepalive = new Keepalive({
      clock,
      patience,
      ping: (id) => this.send({ type: FrameType.PING, id }),
      measured: handler.measured?.bind(handler),
      dead: (message) => this.close('PEER_SILENT', message),
    });
    if (dial) {
      this.#sender.push(encode(hello(versions, dial.meta)));
      this.#cancelGreeting = clock.after(WELCOME_MS, () => this.close('TIMEOUT', 'no WELCOME within 10 s'));
    } else {
      this.#cancelGreeting = clock.after(HELLO_MS, () => this.close('HELLO_TIMEOUT', 'no HELLO within 5 s'));
    }
  }

  /** True if the handshake is done and the socket is open. */
  get up(): boolean {
    return this.#state === 'up';
  }

  get open(): boolean {
    return this.#state !== 'closed';
  }

  /** The agreed protocol version; undefined until the peer has sent its first frame. */
  get version(): number | undefined {
    return this.#version;
  }

  /** Last measured round-trip time to the neighbour, in ms. */
  get rtt(): number | undefined {
    return this.#keepalive.rtt;
  }

  // ---- socket events

  receive(message: Uint8Array): void {
    if (!this.open) return;
    this.#keepalive.heard();
    if (message.length > MAX_MESSAGE) {
      this.close(
        'MESSAGE_TOO_BIG',
        `a message has at most ${MAX_MESSAGE} bytes; this one has ${message.length}`,
      );
      return;
    }
    if (message.length === 0) return this.close('PROTOCOL_ERROR', 'a message has at least one frame');
    try {
      for (let start = 0; start < message.length && this.open; ) {
        const end = scan(message, start);
        this.#frame(message, start, end);
        start = end;
      }
    } catch (error) {
      if (!(error instanceof UniCoreError)) throw error;
      this.close(error.code, error.message);
    }
  }

  drained(): void {
    this.#sender.drained();
  }

  socketClosed(code: number, reason: string): void {
    this.#finish(closeError(code) ?? 'LEG_LOST', reason || `the socket closed (${code})`);
  }

  // ---- for the owner

  /** Called on the accepting side when the peer is authenticated. Sends WELCOME, and from then on frames may flow. */
  welcome(meta: unknown): void {
    if (this.#state !== 'authenticating') return;
    this.send(welcome(this.#version!, meta));
    this.#goUp();
  }

  close(code: ErrorCode, message: string): void {
    if (!this.open) return;
    this.#sender.flush();
    this.#transport.close(closeCode(code), message);
    this.#finish(code, message);
  }

  send(frame: Frame): void {
    this.forward(encode(frame));
  }

  /** Sends a whole frame, given as bytes, before all frames that wait in send queues. */
  forward(frame: Uint8Array): void {
    if (frameType(frame, 0) === FrameType.ACK) this.#sender.pushAck(channelOf(frame, 0), frame);
    else this.#sender.push(frame);
    if (this.#sender.queued <= this.#maxQueued) return;
    this.close('FLOW_VIOLATION', `more than ${this.#maxQueued} bytes wait for a peer that does not read`);
  }

  /** Tells the leg that this send queue has something to send. */
  want(queue: SendQueue): void {
    this.#sender.want(queue);
  }

  forget(queue: SendQueue): void {
    this.#sender.forget(queue);
  }

  /** True while the send queues have to wait (back-pressure). */
  get held(): boolean {
    return this.#sender.held;
  }

  /** Returns a channel number that was never used on this leg: odd on the side that dialled, even on the other side. */
  allocate(): number {
    return this.#ports.allocate();
  }

  bind(ch: number, port: Port): void {
    this.#ports.bind(ch, port);
  }

  unbind(ch: number): void {
    this.#ports.unbind(ch);
  }

  /** Returns one function for each bound channel. The function asks its channel to leave this leg. */
  vacating(): (() => void)[] {
    return this.#ports.all().map((port) => () => port.vacate?.());
  }

  portOf(ch: number): Port | undefined {
    return this.#ports.get(ch);
  }

  /** Number of channels that are bound to this leg now. */
  get channels(): number {
    return this.#ports.size;
  }

  /** Resolves with the round-trip time to the neighbour, in ms. Never settles if the leg closes first. */
  ping(): Promise<number> {
    return new Promise((answered) => this.send({ type: FrameType.PING, id: this.#keepalive.ask(answered) }));
  }

  /** Like ping(), but resolves with null if no answer comes within this many ms. */
  pingWithin(ms: number): Promise<number | null> {
    return new Promise((settle) => {
      const cancel = this.#clock.after(ms, () => settle(null));
      void this.ping().then((rtt) => {
        cancel();
        settle(rtt);
      });
    });
  }

  // ---- inside

  #frame(message: Uint8Array, start: number, end: number): void {
    const type = frameType(message, start);
    if (!maySend(this.peer, type)) {
      throw new UniCoreError('PROTOCOL_ERROR', `a ${this.peer} may not send a frame of type ${type}`);
    }
    if (this.#state !== 'up') this.#greet(message, start);
    else if (type === FrameType.OPEN) this.#ports.open(message, start);
    else if (isChannelFrame(type)) this.#ports.deliver(type, message, start, end);
    else this.#own(frameAt(message, start));
  }

  #greet(message: Uint8Array, start: number): void {
    if (this.#state !== 'greeting') throw new UniCoreError('PROTOCOL_ERROR', 'a frame came before WELCOME');
    const { version, meta } = readGreeting(frameAt(message, start), this.#dialled, this.#versions);
    this.#version = version;
    if (this.#dialled) {
      this.#goUp();
      this.#handler.welcome?.(meta);
    } else {
      this.#state = 'authenticating';
      this.#cancelGreeting();
      this.#handler.hello?.(meta);
    }
  }

  /**
   * Credit does not limit frames that ask for an answer, such as PING. A peer could make this side queue
   * answers without end. A dropped answer does no harm, because the peer asks again.
   */
  #answer(frame: Frame): void {
    if (this.#sender.queued <= MAX_UNREAD) this.send(frame);
  }

  #countStray(): void {
    if (this.#strays?.take() !== false) return;
    throw new UniCoreError('RATE_LIMITED', 'too many frames at once that belong to no channel');
  }

  #own(frame: Frame): void {
    if (frame.type === FrameType.PONG && this.#keepalive.ponged(frame.id)) return;
    this.#countStray();
    switch (frame.type) {
      case FrameType.PING:
        return this.#answer({ type: FrameType.PONG, id: frame.id });
      case FrameType.PONG:
        return;
      case FrameType.GOAWAY:
        return this.#handler.goAway?.(errorName(frame.code), frame.afterMs);
      case FrameType.BEAT:
        return this.#handler.beat?.(frame.seq, unpackMeta(frame.meta));
      case FrameType.BEATACK:
        return this.#handler.beatAck?.(frame.seq, unpackMeta(frame.meta));
      default:
        throw new UniCoreError('PROTOCOL_ERROR', 'the handshake is over');
    }
  }

  #goUp(): void {
    this.#state = 'up';
    this.#cancelGreeting();
    this.#keepalive.start();
  }

  #finish(code: ErrorCode, message: string): void {
    if (!this.open) return;
    this.#state = 'closed';
    this.#cancelGreeting();
    this.#sender.stop();
    this.#keepalive.stop();
    this.#ports.lose();
    this.#handler.closed(code, message);
  }
}
