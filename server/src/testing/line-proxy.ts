/**
 * A TCP proxy that simulates bad lines: it stalls, cuts, refuses, delays and limits the rate. A stalled line closes no
 * connection, so both ends have to notice by themselves.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Bytes that one direction queues before it stops reading: a short queue, as in a real line. One read is at most 64 KiB.
 * The kernel queues some megabytes more on loopback, which senders have to cope with.
 */
const QUEUE_BYTES = 64 * 1024;
/** The same on a line with a rate limit: a quarter of a second at 1 Mbit/s, and up to three times that with one read. */
const QUEUE_BYTES_AT_RATE = 32 * 1024;
/** Bytes are sent in packets of this size, as on a real line. */
const PACKET_BYTES = 1448;

export class LineProxy {
  /** One-way delay of bytes that arrive from now on. */
  delayMs = 0;
  /** Bytes that one direction of a connection may hold; a long line has more in flight. */
  queueBytes = QUEUE_BYTES;
  /** Replaces `queueBytes` on a line with a rate limit. Bytes in flight count, so a long and fast line needs more. */
  queueBytesAtRate = QUEUE_BYTES_AT_RATE;
  /** Per direction and connection. */
  bytesPerSecond = Number.POSITIVE_INFINITY;
  /** Loopback port or path of a unix socket that new connections are forwarded to. */
  target: number | string;
  /** Connections whose dialler has sent these bytes are marked. */
  marker: string | undefined;
  readonly #server: Server;
  readonly #directions = new Set<Direction>();
  readonly #sockets = new Set<Socket>();
  /** The sockets that were opened by clients. */
  readonly #diallers = new Set<Socket>();
  /** The answers on marked connections. */
  readonly #marked = new Set<Direction>();
  #port = 0;
  #stalled = false;
  #carried = 0;

  private constructor(target: number | string) {
    this.target = target;
    this.#server = createServer((near) => this.#connected(near));
  }

  /** Opens a proxy on a free loopback port; the target may be set later. */
  static async open(target: number | string = 0): Promise<LineProxy> {
    const proxy = new LineProxy(target);
    await proxy.allow();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** The origin of pages that are loaded through the proxy. */
  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get connections(): number {
    return this.#sockets.size / 2;
  }

  /** Bytes carried since the start, both ways. */
  get carried(): number {
    return this.#carried;
  }

  /** Bytes that the proxy holds now, both ways. */
  get held(): number {
    let held = 0;
    for (const direction of this.#directions) held += direction.queued;
    return held;
  }

  /** Until flow(), no bytes pass and no connection is closed. New connections are accepted, but stall too. */
  stall(): void {
    this.#stalled = true;
  }

  flow(): void {
    this.#stalled = false;
    for (const direction of this.#directions) direction.pump();
  }

  /** Resets every connection; bytes in flight are lost. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Resets the clients' connections without telling the target, as when a laptop changes networks. */
  halfCut(): void {
    for (const direction of this.#directions) direction.abandon();
    for (const socket of this.#diallers) socket.resetAndDestroy();
  }

  /** Refuses new connections until allow(); existing ones go on. */
  refuse(): void {
    this.#server.close();
  }

  async allow(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.refuse();
    this.cut();
  }

  #connected(near: Socket): void {
    const { target } = this;
    const far = connect(typeof target === 'string' ? { path: target } : { port: target, host: '127.0.0.1' });
    for (const socket of [near, far]) socket.setNoDelay(true);
    this.#diallers.add(near);
    near.once('close', () => this.#diallers.delete(near));
    const answers = new Direction(far, near, this);
    near.on('data', (bytes: Buffer) => {
      if (this.marker !== undefined && bytes.includes(this.marker)) this.#marked.add(answers);
    });
    near.once('close', () => this.#marked.delete(answers));
    for (const [from, direction] of [
      [near, new Direction(near, far, this)],
      [far, answers],
    ] as const) {
      this.#sockets.add(from);
      this.#directions.add(direction);
      from.on('error', () => {});
      from.once('close', () => {
        this.#sockets.delete(from);
        direction.end(() => this.#directions.delete(direction));
      });
    }
  }

  /** Drops all further answers on the connections that are marked by now, without closing them. */
  muteMarked(): void {
    for (const answers of this.#marked) answers.mute();
  }

  /** Called by directions: whether this many bytes may pass now. */
  passes(bytes: number): boolean {
    if (this.#stalled) return false;
    this.#carried += bytes;
    return true;
  }
}

/** One direction of one connection. */
class Direction {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #line: LineProxy;
  readonly #queue: { due: number; bytes: Buffer }[] = [];
  #queued = 0;
  /** When the line will have sent everything that is queued. */
  #free = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Set when the source is closed. */
  #done: (() => void) | undefined;
  #abandoned = false;
  #muted = false;

  constructor(from: Socket, to: Socket, line: LineProxy) {
    this.#from = from;
    this.#to = to;
    this.#line = line;
    from.on('data', (chunk) => this.#take(chunk as Buffer));
    to.on('drain', () => this.pump());
  }

  get queued(): number {
    return this.#queued;
  }

  /** The source has closed: closes the sink after the queued bytes, even on a stalled line, and then calls `done`. */
  end(done: () => void): void {
    this.#done = done;
    if (this.#abandoned) done();
    else this.pump();
  }

  /** Stops forwarding without closing either end. */
  abandon(): void {
    this.#abandoned = true;
    this.#from.pause();
    clearTimeout(this.#timer);
  }

  /** Drops what comes from now on. */
  mute(): void {
    this.#muted = true;
  }

  pump(): void {
    if (this.#abandoned) return;
    clearTimeout(this.#timer);
    for (let head = this.#queue[0]; head !== undefined; head = this.#queue[0]) {
      const wait = head.due - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.pump(), wait);
        return;
      }
      if (this.#to.writableNeedDrain || !this.#line.passes(head.bytes.length)) return;
      this.#queue.shift();
      this.#queued -= head.bytes.length;
      this.#to.write(head.bytes);
    }
    if (this.#done) {
      this.#to.end();
      this.#done();
    } else if (this.#queued < this.#most) {
      this.#from.resume();
    }
  }

  get #most(): number {
    const { bytesPerSecond, queueBytes, queueBytesAtRate } = this.#line;
    return Number.isFinite(bytesPerSecond) ? queueBytesAtRate : queueBytes;
  }

  #take(chunk: Buffer): void {
    if (this.#muted) return;
    for (let at = 0; at < chunk.length; at += PACKET_BYTES) {
      const bytes = chunk.subarray(at, at + PACKET_BYTES);
      this.#free =
        Math.max(this.#free, performance.now()) + (bytes.length / this.#line.bytesPerSecond) * 1000;
      this.#queue.push({ due: this.#free + this.#line.delayMs, bytes });
    }
    this.#queued += chunk.length;
    if (this.#queued >= this.#most) this.#from.pause();
    this.pump();
  }
}
