/**
 * A channel with the interface of a browser's WebSocket, so that xterm's AttachAddon and noVNC work on it unchanged. It
 * stays OPEN while the connection to the hub is lost; `status` is what to show to a person.
 */
import { closeCode, type ErrorCode } from '@unicore/protocol';
import { type ChannelStatus, Link, type LinkHandler, type LinkOptions } from './link.ts';
import { Sizer, type SizerOptions } from './sizer.ts';

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

export interface ChannelSocketOptions extends Omit<LinkOptions, 'handler' | 'meta'>, SizerOptions {
  /** Value of the property `url`. */
  name: string;
  /** Metadata of OPEN, without the window size. */
  meta: Readonly<Record<string, unknown>>;
  /** Reads the viewer's name from ACCEPT's metadata. */
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
  /** Type in which messages are delivered. Every message is binary. */
  binaryType: BinaryType = 'arraybuffer';
  onopen: ((this: WebSocket, event: Event) => unknown) | null = null;
  onmessage: ((this: WebSocket, event: MessageEvent) => unknown) | null = null;
  onerror: ((this: WebSocket, event: Event) => unknown) | null = null;
  onclose: ((this: WebSocket, event: CloseEvent) => unknown) | null = null;
  /** Called at each change of the status. */
  onstatus: ((status: ChannelStatus) => void) | null = null;
  /**
   * Who reports that a message is consumed. false: it counts as consumed when its handlers have returned. true: the
   * application calls consumed() once it has used the bytes; the sender never gets more than 512 KiB ahead of that.
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

  /** Bytes that were sent and not yet confirmed by the other end, including bytes that wait for a connection. */
  get bufferedAmount(): number {
    return this.#link.unconfirmed;
  }

  get status(): ChannelStatus {
    return this.#link.status;
  }

  /** Round trip to the other end over all hops, ms; undefined until the first measurement. */
  get rtt(): number | undefined {
    return this.#link.rtt;
  }

  /**
   * Sends text (as UTF-8) or a copy of the bytes of a buffer or view. While the channel is not attached, up to 1 MiB
   * waits; more closes the socket with MESSAGE_TOO_BIG. After close() it does nothing.
   */
  send(data: Parameters<WebSocket['send']>[0]): void {
    if (this.#readyState >= CLOSING) return;
    this.#link.send(copyOf(data));
  }

  /**
   * Ends the channel after the bytes that were sent before, if there is a connection. No more messages are delivered;
   * the event `close` follows. Code and reason exist for compatibility and are not passed on.
   */
  close(_code?: number, _reason?: string): void {
    if (this.#readyState >= CLOSING) return;
    this.#readyState = CLOSING;
    this.#link.consumedAll();
    // The close event comes later, as in a browser, so that it does not interrupt the caller.
    queueMicrotask(() => this.#link.end());
  }

  /** Reports a new window size, in cells. The newest size is sent, and sent again after each reconnect. */
  resize(cols: number, rows: number): void {
    if (this.#readyState >= CLOSING) return;
    this.#sizer.want({ cols, rows });
  }

  /** The application has used this many more bytes of its messages, in order. Only with manualConsume. */
  consumed(bytes: number): void {
    if (!this.manualConsume || this.#readyState >= CLOSING) return;
    this.#link.consumed(bytes);
  }

  // Redefined because noVNC looks for members only on an object and on its direct prototype.
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
