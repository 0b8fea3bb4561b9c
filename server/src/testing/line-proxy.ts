/**
 * A line that tests can spoil: a TCP proxy that stalls, cuts, refuses, delays and limits the rate. A stalled line
 * closes nothing: both ends have to notice by themselves.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * No more is read while one direction holds so many bytes: a short queue, as in a real line. One read is at most 64 KiB.
 * What the kernel holds before it comes on top, some megabytes on loopback: whoever sends has to cope with that.
 */
const QUEUE_BYTES = 64 * 1024;
/** The same on a line with a rate, which is never empty: from a quarter of a second at 1 Mbit/s to three times as much. */
const QUEUE_BYTES_AT_RATE = 32 * 1024;
/** A chunk goes out in packets of this size, as on a real line. */
const PACKET_BYTES = 1448;

export class LineProxy {
  /** One-way delay for whatever arrives from now on. */
  delayMs = 0;
  /** What one direction of a connection holds: a long line carries more of it on the way. */
  queueBytes = QUEUE_BYTES;
  /** Per direction and connection. */
  bytesPerSecond = Number.POSITIVE_INFINITY;
  /** Port on loopback that new connections go to. */
  target: number;
  readonly #server: Server;
  readonly #directions = new Set<Direction>();
  readonly #sockets = new Set<Socket>();
  /** Those of them that dialled us. */
  readonly #diallers = new Set<Socket>();
  #port = 0;
  #stalled = false;
  #carried = 0;

  private constructor(target: number) {
    this.target = target;
    this.#server = createServer((near) => this.#connected(near));
  }

  /** A proxy on a free loopback port; the target may be told later. */
  static async open(target = 0): Promise<LineProxy> {
    const proxy = new LineProxy(target);
    await proxy.allow();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** The origin of pages that are loaded through it. */
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

  /** Bytes that it holds now, both ways. */
  get held(): number {
    let held = 0;
    for (const direction of this.#directions) held += direction.queued;
    return held;
  }

  /** Nothing passes, and nothing is closed, until flow(). New connections are accepted, and stalled too. */
  stall(): void {
    this.#stalled = true;
  }

  flow(): void {
    this.#stalled = false;
    for (const direction of this.#directions) direction.pump();
  }

  /** Every connection is reset; what was on the way is lost. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Whoever dialled is cut off, and the target hears nothing of it: a laptop that changes networks. */
  halfCut(): void {
    for (const direction of this.#directions) direction.abandon();
    for (const socket of this.#diallers) socket.resetAndDestroy();
  }

  /** New connections are refused until allow(); those that exist go on. */
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
    const far = connect({ port: this.target, host: '127.0.0.1', noDelay: true });
    near.setNoDelay(true);
    this.#diallers.add(near);
    near.once('close', () => this.#diallers.delete(near));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      const direction = new Direction(from, to, this);
      this.#directions.add(direction);
      from.on('error', () => {});
      from.once('close', () => {
        this.#sockets.delete(from);
        direction.end(() => this.#directions.delete(direction));
      });
    }
  }

  /** For directions: whether this many bytes may pass now. */
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
  /** When the line has sent all that was queued. */
  #free = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Set when the source is closed. */
  #done: (() => void) | undefined;
  #abandoned = false;

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

  /** The source is closed: so is the sink, after what is on the way, though it be stalled. Then `done` is called. */
  end(done: () => void): void {
    this.#done = done;
    if (this.#abandoned) done();
    else this.pump();
  }

  /** Nothing passes any more, and neither end is told. */
  abandon(): void {
    this.#abandoned = true;
    this.#from.pause();
    clearTimeout(this.#timer);
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
    return Number.isFinite(this.#line.bytesPerSecond) ? QUEUE_BYTES_AT_RATE : this.#line.queueBytes;
  }

  #take(chunk: Buffer): void {
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
