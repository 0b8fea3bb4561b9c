/**
 * A connection to an X server: requests, replies and events. Contains only the parts of the protocol that typing
 * needs.
 */
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { UniCoreError } from '@unicore/protocol';

const COOKIE_NAME = 'MIT-MAGIC-COOKIE-1';
/** Length of the cookie, which is at the end of its file, in bytes. */
const COOKIE_BYTES = 16;
/** Minimum length of replies, errors and events, in bytes. */
const PACKET = 32;
const SETUP_HEADER = 8;
const REPLY = 1;
const GENERIC_EVENT = 35;

/** The X display, and the file with the cookie that gives access to it. */
export interface DisplayPlace {
  readonly display: number;
  readonly cookie: string;
}

interface Waiting {
  resolve(reply: Buffer): void;
  reject(error: Error): void;
}

export class XConnection {
  readonly root: number;
  /** The first number that this client may use for its windows. */
  readonly firstId: number;
  readonly minKeycode: number;
  readonly maxKeycode: number;
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: Buffer) => void>();
  #input = Buffer.alloc(0);
  #sequence = 0;
  #isClosed = false;

  static async open({ display, cookie }: DisplayPlace, closed: () => void): Promise<XConnection> {
    const secret = (await readFile(cookie)).subarray(-COOKIE_BYTES);
    const socket = connect(`/tmp/.X11-unix/X${display}`);
    const setup = await new Promise<Buffer>((resolve, reject) => {
      let bytes = Buffer.alloc(0);
      const failed = () => reject(new UniCoreError('RUNTIME_UNAVAILABLE', 'The display can’t be opened.'));
      socket.once('close', failed).on('error', failed);
      socket.on('data', (more) => {
        bytes = Buffer.concat([bytes, more]);
        if (bytes.length < SETUP_HEADER) return;
        if (bytes.length < SETUP_HEADER + bytes.readUInt16LE(6) * 4) return;
        socket.removeAllListeners('data').removeListener('close', failed);
        if (bytes[0] === 1) resolve(bytes);
        else failed();
      });
      socket.write(encodeSetup(secret));
    });
    return new XConnection(socket, setup, closed);
  }

  private constructor(socket: Socket, setup: Buffer, closed: () => void) {
    this.#socket = socket;
    const vendorBytes = setup.readUInt16LE(24);
    const formats = setup[29]!;
    this.firstId = setup.readUInt32LE(12);
    this.minKeycode = setup[34]!;
    this.maxKeycode = setup[35]!;
    this.root = setup.readUInt32LE(40 + Math.ceil(vendorBytes / 4) * 4 + formats * 8);
    socket.on('data', (bytes) => this.#receive(bytes));
    socket.on('close', () => {
      this.#isClosed = true;
      for (const { reject } of this.#waiting.values()) reject(gone());
      this.#waiting.clear();
      closed();
    });
  }

  /** Subscribes to all events. The returned function ends the subscription. */
  subscribe(listener: (event: Buffer) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends a request that has no reply. `body` follows the length field; its size must be a multiple of 4 bytes. */
  send(opcode: number, detail: number, body: Buffer): void {
    const header = Buffer.from([opcode, detail, 0, 0]);
    header.writeUInt16LE(1 + body.length / 4, 2);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#socket.write(Buffer.concat([header, body]));
  }

  /** Sends a request, and resolves with its reply. */
  ask(opcode: number, detail: number, body: Buffer): Promise<Buffer> {
    if (this.#isClosed) return Promise.reject(gone());
    this.send(opcode, detail, body);
    return new Promise((resolve, reject) => this.#waiting.set(this.#sequence, { resolve, reject }));
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(bytes: Buffer): void {
    this.#input = Buffer.concat([this.#input, bytes]);
    for (;;) {
      if (this.#input.length < PACKET) return;
      const type = this.#input[0]!;
      const isLong = type === REPLY || (type & 0x7f) === GENERIC_EVENT;
      const length = isLong ? PACKET + this.#input.readUInt32LE(4) * 4 : PACKET;
      if (this.#input.length < length) return;
      const packet = this.#input.subarray(0, length);
      this.#input = this.#input.subarray(length);
      if (type > REPLY) for (const listener of [...this.#listeners]) listener(packet);
      else this.#answered(packet);
    }
  }

  #answered(packet: Buffer): void {
    const sequence = packet.readUInt16LE(2);
    const waiting = this.#waiting.get(sequence);
    this.#waiting.delete(sequence);
    if (packet[0] === REPLY) waiting?.resolve(packet);
    else waiting?.reject(new UniCoreError('INTERNAL', `The X server refused a request: ${packet[1]}.`));
  }
}

function gone(): UniCoreError {
  return new UniCoreError('RUNTIME_UNAVAILABLE', 'The display is gone.');
}

function encodeSetup(cookie: Buffer): Buffer {
  const header = Buffer.alloc(12);
  // The client's first message begins with `l`, which means little-endian.
  header.write('l');
  header.writeUInt16LE(11, 2);
  header.writeUInt16LE(COOKIE_NAME.length, 6);
  header.writeUInt16LE(cookie.length, 8);
  return Buffer.concat([header, padded(Buffer.from(COOKIE_NAME)), padded(cookie)]);
}

/** Pads the bytes to a multiple of 4. */
export function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
