/**
 * A channel (a byte stream to a terminal or desktop) with the interface of a browser's WebSocket. So xterm's
 * AttachAddon and noVNC can use it unchanged. Its readyState stays OPEN while the connection to the hub is
 * lost. `status` is the state to show to the user.
 */
import { closeCode, type ErrorCode, UniCoreError } from '@unicore/protocol';
import { type Accepted, readAccepted } from './accepted.ts';
import { type ChannelStatus, Link, type LinkHandler, type LinkOptions } from './link.ts';
import type { Sizer } from './sizer.ts';
import { encodeText, TextMessages } from './text-messages.ts';

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

export interface ChannelSocketOptions extends Omit<LinkOptions, 'handler' | 'meta'> {
  /** Value of the WebSocket property `url`. */
  name: string;
  /** Metadata of the OPEN frame, without the window size. */
  meta: Readonly<Record<string, unknown>>;
  /** Reports the window size of a terminal. Other channels have none. */
  sizer?: Sizer;
  /** True if messages are text, each of which ends with a NUL byte in the channel. Default: bytes. */
  asText?: boolean;
}

export class ChannelSocket extends EventTarget implements WebSocket {
  readonly CONNECTING = CONNECTING;
  readonly OPEN = OPEN;
  readonly CLOSING = CLOSING;
  readonly CLOSED = CLOSED;
  readonly url: string;
  readonly protocol: string = '';
  readonly extensions: string = '';
  /**
   * The type in which bytes are delivered, ArrayBuffer or Blob. It does not apply to a channel of text, whose
   * messages are strings.
   */
  binaryType: BinaryType = 'arraybuffer';
  onopen: ((this: WebSocket, event: Event) => unknown) | null = null;
  onmessage: ((this: WebSocket, event: MessageEvent) => unknown) | null = null;
  onerror: ((this: WebSocket, event: Event) => unknown) | null = null;
  onclose: ((this: WebSocket, event: CloseEvent) => unknown) | null = null;
  /** Called each time that the channel's status changes, for example from 'connecting' to 'connected'. */
  onstatus: ((status: ChannelStatus) => void) | null = null;
  /**
   * Decides who confirms that a message is consumed. If false, a message is consumed when its handlers have
   * returned. If true, the application calls consumed() after it has used the bytes. The sender sends at most
   * 512 KiB more than the consumed bytes. It has no effect on a channel of text, because a message may be
   * larger than what the sender may send ahead.
   */
  manualConsume = false;
  readonly #link: Link;
  readonly #sizer: Sizer | undefined;
  readonly #texts: TextMessages | undefined;
  #accepted: Accepted | undefined;
  #readyState: 0 | 1 | 2 | 3 = CONNECTING;

  constructor(options: ChannelSocketOptions) {
    super();
    this.url = options.name;
    this.#listenForHandlers();
    this.#sizer = options.sizer;
    this.#texts = options.asText ? new TextMessages() : undefined;
    const meta = () => ({ ...options.meta, ...this.#sizer?.forOpen() });
    this.#link = new Link({ ...options, meta, handler: this.#handler() });
  }

  get readyState(): 0 | 1 | 2 | 3 {
    return this.#readyState;
  }

  /**
   * Bytes that were sent and are not yet confirmed by the other end. Includes bytes that wait for a
   * connection.
   */
  get bufferedAmount(): number {
    return this.#link.unconfirmed;
  }

  get status(): ChannelStatus {
    return this.#link.status;
  }

  /** What the other end said when it last accepted the channel. Undefined until the event 'open'. */
  get accepted(): Accepted | undefined {
    return this.#accepted;
  }

  /** Round trip to the other end of the channel, ms; undefined until the first measurement. */
  get rtt(): number | undefined {
    return this.#link.rtt;
  }

  /**
   * Sends text (as UTF-8) or a copy of the bytes of a buffer or view. A channel of text takes strings only,
   * and each is one message of at most 16 MiB without NUL; other text throws a UniCoreError. While the
   * channel is not attached to a connection, up to 1 MiB (or one message of text) is queued. More input
   * closes the socket with MESSAGE_TOO_BIG. After close(), send() does nothing.
   */
  send(data: Parameters<WebSocket['send']>[0]): void {
    if (this.#readyState >= CLOSING) return;
    this.#link.send(this.#texts ? textOf(data) : copyOf(data));
  }

  /**
   * Ends the channel. If there is a connection, bytes that were sent before still arrive. No more messages
   * are delivered, and the event `close` follows. Code and reason exist only for compatibility and are not
   * sent.
   */
  close(_code?: number, _reason?: string): void {
    if (this.#readyState >= CLOSING) return;
    this.#readyState = CLOSING;
    this.#link.consumedAll();
    // The close event follows later, as in a browser, so that its handlers do not run inside close().
    queueMicrotask(() => this.#link.end());
  }

  /**
   * Reports a new window size, in character cells. Only the newest size is sent. It is sent again after each
   * reconnect. It has an effect on terminals only.
   */
  resize(cols: number, rows: number): void {
    if (this.#readyState >= CLOSING) return;
    this.#sizer?.want({ cols, rows });
  }

  /**
   * Confirms that the application has used the next `bytes` bytes of the messages that it received. Works
   * only if manualConsume is true.
   */
  consumed(bytes: number): void {
    if (!this.manualConsume || this.#readyState >= CLOSING) return;
    this.#link.consumed(bytes);
  }

  // The event methods of EventTarget are redefined here because noVNC looks for members only on an object and
  // on its direct prototype.
  override addEventListener<K extends keyof WebSocketEventMap>(
    type: K,
    listener: (this: WebSocket, event: WebSocketEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener, options);
  }

  override removeEventListener<K extends keyof WebSocketEventMap>(
    type: K,
    listener: (this: WebSocket, event: WebSocketEventMap[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener, options);
  }

  #listenForHandlers(): void {
    super.addEventListener('open', (event) => this.onopen?.(event));
    super.addEventListener('message', (event) => this.onmessage?.(event as MessageEvent));
    super.addEventListener('error', (event) => this.onerror?.(event));
    super.addEventListener('close', (event) => this.onclose?.(event as CloseEvent));
  }

  #handler(): LinkHandler {
    return {
      attached: (meta) => {
        this.#accepted = readAccepted(meta);
        const { viewer } = this.#accepted;
        if (viewer !== undefined) this.#sizer?.attached(viewer);
        if (this.#readyState !== CONNECTING) return;
        this.#readyState = OPEN;
        this.dispatchEvent(new Event('open'));
      },
      data: (bytes) => this.#deliver(bytes),
      detached: () => this.#sizer?.detached(),
      status: (status) => this.onstatus?.(status),
      closed: (code, message) => this.#closed(code, message),
    };
  }

  #deliver(bytes: Uint8Array): void {
    for (const data of this.#messagesIn(bytes)) {
      if (this.#readyState === OPEN) this.dispatchEvent(new MessageEvent('message', { data }));
    }
    const byHand = this.manualConsume && !this.#texts;
    if (!byHand || this.#readyState !== OPEN) this.#link.consumed(bytes.length);
  }

  #messagesIn(bytes: Uint8Array): readonly (string | ArrayBuffer | Blob)[] {
    if (this.#readyState !== OPEN) return [];
    if (!this.#texts) {
      const own = bytes.slice() as Uint8Array<ArrayBuffer>;
      return [this.binaryType === 'blob' ? new Blob([own]) : own.buffer];
    }
    try {
      return this.#texts.push(bytes);
    } catch (error) {
      if (!(error instanceof UniCoreError)) throw error;
      this.#link.abort(error.code, error.message);
      return [];
    }
  }

  #closed(code: ErrorCode, message: string): void {
    this.#readyState = CLOSED;
    const wasClean = code === 'OK';
    if (!wasClean) this.dispatchEvent(new Event('error'));
    this.dispatchEvent(new CloseEvent('close', { code: closeCode(code), reason: message, wasClean }));
  }
}

function textOf(data: Parameters<WebSocket['send']>[0]): Uint8Array {
  if (typeof data === 'string') return encodeText(data);
  throw new TypeError('This channel carries text only: send a string.');
}

function copyOf(data: Parameters<WebSocket['send']>[0]): Uint8Array {
  if (typeof data === 'string') return new TextEncoder().encode(data);
  if (data instanceof Blob)
    throw new TypeError(
      'A Blob cannot be sent, since it is read later and would lose its place: send its arrayBuffer().',
    );
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  return new Uint8Array(data).slice();
}
