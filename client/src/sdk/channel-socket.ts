/**
 * A channel in the shape of a browser's WebSocket, as far as xterm's AttachAddon and noVNC use it, so that they work on
 * it unchanged. It stays OPEN while the line is away: `status` says what a person should see.
 */
import { closeCode, type ErrorCode } from '@unicore/protocol';
import { type ChannelStatus, Link, type LinkHandler, type LinkOptions } from './link.ts';
import { Sizer, type SizerOptions } from './sizer.ts';

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

export interface ChannelSocketOptions extends Omit<LinkOptions, 'handler' | 'meta'>, SizerOptions {
  /** What `url` shows. */
  name: string;
  /** OPEN's metadata without the size. */
  meta: Readonly<Record<string, unknown>>;
  /** The viewer's name in an ACCEPT's metadata. */
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
  /** How messages are delivered. Every message is binary. */
  binaryType: BinaryType = 'arraybuffer';
  onopen: ((this: WebSocket, event: Event) => unknown) | null = null;
  onmessage: ((this: WebSocket, event: MessageEvent) => unknown) | null = null;
  onerror: ((this: WebSocket, event: Event) => unknown) | null = null;
  onclose: ((this: WebSocket, event: CloseEvent) => unknown) | null = null;
  /** Called with each new status. */
  onstatus: ((status: ChannelStatus) => void) | null = null;
  /**
   * false: a message counts as consumed when its handlers have returned. true: the application calls consumed() itself,
   * once it has really used the bytes; the sender never gets more than 512 KiB ahead of that.
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

  /** Bytes sent and not confirmed by the other end, those that wait for the line included. */
  get bufferedAmount(): number {
    return this.#link.unconfirmed;
  }

  get status(): ChannelStatus {
    return this.#link.status;
  }

  /** Round trip to the other end over all hops, ms; undefined until it was measured. */
  get rtt(): number | undefined {
    return this.#link.rtt;
  }

  /**
   * Sends text (as UTF-8) or the bytes of a buffer or view, which are copied. Before the channel is open and while the
   * line is away up to 1 MiB waits; more closes the socket with MESSAGE_TOO_BIG. After close() it does nothing.
   */
  send(data: Parameters<WebSocket['send']>[0]): void {
    if (this.#readyState >= CLOSING) return;
    this.#link.send(copyOf(data));
  }

  /**
   * Ends in order: what was sent before arrives first, if there is a line. No message comes any more; `close` follows.
   * Code and reason exist for compatibility and are not passed on.
   */
  close(_code?: number, _reason?: string): void {
    if (this.#readyState >= CLOSING) return;
    this.#readyState = CLOSING;
    this.#link.consumedAll();
    // Later, as in a browser: the caller is not interrupted by its own close event.
    queueMicrotask(() => this.#link.end());
  }

  /** The window has a new size, in cells. The newest one is told, and told again after each reconnect. */
  resize(cols: number, rows: number): void {
    if (this.#readyState >= CLOSING) return;
    this.#sizer.want({ cols, rows });
  }

  /** The application has used so many bytes of the messages it got, in order. Only with manualConsume. */
  consumed(bytes: number): void {
    if (!this.manualConsume || this.#readyState >= CLOSING) return;
    this.#link.consumed(bytes);
  }

  // Redefined because noVNC looks members up on an object and its direct prototype only.
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
    throw new TypeError('A Blob is read later and would lose its place: send its arrayBuffer().');
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  return new Uint8Array(data).slice();
}
