/**
 * A channel (a byte stream to a terminal) with the interface of a browser's WebSocket. So xterm's AttachAddon
 * and noVNC can use it unchanged. Its readyState stays OPEN while the connection to the hub is lost. `status`
 * is the state to show to the user.
 */
import { closeCode, type ErrorCode } from '@unicore/protocol';
import { type ChannelStatus, Link, type LinkHandler, type LinkOptions } from './link.ts';
import { Sizer, type SizerOptions } from './sizer.ts';

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

export interface ChannelSocketOptions extends Omit<LinkOptions, 'handler' | 'meta'>, SizerOptions {
  /** Value of the WebSocket property `url`. */
  name: string;
  /** Metadata of the OPEN frame, without the window size. */
  meta: Readonly<Record<string, unknown>>;
  /**
   * Returns the name that the other end gave to this viewer of the terminal. It is read from the metadata of
   * the ACCEPT frame.
   */
  viewerOf: (meta: unknown) => string | undefined;
}

export class ChannelSocket extends EventTarget implements WebSocket {
  readonly CONNECTING = CONNECTING;
  readonly OPEN = OPEN;
  readonly CLOSING = CLOSING;
  readonly CLOSED = CLOSED;
  readonly url: string;
  readonly protocol: string = '';
  readonly extensions: string = '';
  /** The type in which messages are delivered, ArrayBuffer or Blob. Every message is binary. */
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
   * 512 KiB more than the consumed bytes.
   */
  manualConsume = false;
  readonly #link: Link;
  readonly #sizer: Sizer;
  #readyState: 0 | 1 | 2 | 3 = CONNECTING;

  constructor(options: ChannelSocketOptions) {
    super();
    this.url = options.name;
    this.#listenForHandlers();
    this.#sizer = new Sizer(options);
    const meta = () => ({ ...options.meta, ...this.#sizer.forOpen() });
    this.#link = new Link({ ...options, meta, handler: this.#handler(options.viewerOf) });
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

  /** Round trip to the other end of the channel, ms; undefined until the first measurement. */
  get rtt(): number | undefined {
    return this.#link.rtt;
  }

  /**
   * Sends text (as UTF-8) or a copy of the bytes of a buffer or view. While the channel is not attached to a
   * connection, up to 1 MiB is queued. More input closes the socket with MESSAGE_TOO_BIG. After close(),
   * send() does nothing.
   */
  send(data: Parameters<WebSocket['send']>[0]): void {
    if (this.#readyState >= CLOSING) return;
    this.#link.send(copyOf(data));
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
   * reconnect.
   */
  resize(cols: number, rows: number): void {
    if (this.#readyState >= CLOSING) return;
    this.#sizer.want({ cols, rows });
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

  #handler(viewerOf: ChannelSocketOptions['viewerOf']): LinkHandler {
    return {
      attached: (meta) => {
        const viewer = viewerOf(meta);
        if (viewer !== undefined) this.#sizer.attached(viewer);
        if (this.#readyState !== CONNECTING) return;
        this.#readyState = OPEN;
        this.dispatchEvent(new Event('open'));
      },
      data: (bytes) => this.#deliver(bytes),
      detached: () => this.#sizer.detached(),
      status: (status) => this.onstatus?.(status),
      closed: (code, message) => this.#closed(code, message),
    };
  }

  #deliver(bytes: Uint8Array): void {
    if (this.#readyState === OPEN) {
      const own = bytes.slice() as Uint8Array<ArrayBuffer>;
      const data = this.binaryType === 'blob' ? new Blob([own]) : own.buffer;
      this.dispatchEvent(new MessageEvent('message', { data }));
      if (this.manualConsume) return;
    }
    this.#link.consumed(bytes.length);
  }

  #closed(code: ErrorCode, message: string): void {
    this.#readyState = CLOSED;
    const wasClean = code === 'OK';
    if (!wasClean) this.dispatchEvent(new Event('error'));
    this.dispatchEvent(new CloseEvent('close', { code: closeCode(code), reason: message, wasClean }));
  }
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
