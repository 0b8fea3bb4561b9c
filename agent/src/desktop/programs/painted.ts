/** Waits until a VNC server shows a picture, by reading its pixels. A black screen does not count. */
import { connect, type Socket } from 'node:net';
import { UniCoreError } from '@unicore/protocol';

const VERSION = 'RFB 003.008\n';
const NO_SECURITY = 1;
const SHARED = 1;
const RAW = 0;
const PIXEL_BYTES = 4;
/** Bytes of the server's first message after the security handshake, before the name: size, pixel format, length. */
const SERVER_INIT_BYTES = 24;
/** 32 bits for each pixel, depth 24, little endian, true colour, 8 bits for red, green and blue. */
const PIXEL_FORMAT = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0];
/**
 * A screen shows a picture if at least this share of its pixels is not black, and it has at least this many
 * colours.
 */
const LEAST_LIT = 0.05;
const LEAST_COLOURS = 3;

const UPDATE = 0;
const COLOUR_MAP = 1;
const BELL = 2;
const CUT_TEXT = 3;

/** Resolves when the screen shows a picture. Rejects if `signal` aborts or the server goes away. */
export async function painted(socketPath: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const socket = connect(socketPath);
  const stop = () => socket.destroy(new UniCoreError('TIMEOUT', 'No picture was seen on the screen.'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    await watch(new Bytes(socket), socket);
  } finally {
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
}

async function watch(bytes: Bytes, socket: Socket): Promise<void> {
  await bytes.take(VERSION.length);
  socket.write(VERSION);
  await bytes.take((await bytes.take(1)).readUInt8());
  socket.write(Buffer.from([NO_SECURITY]));
  await bytes.take(4);
  socket.write(Buffer.from([SHARED]));
  const init = await bytes.take(SERVER_INIT_BYTES);
  await bytes.take(init.readUInt32BE(SERVER_INIT_BYTES - 4));
  const [width, height] = [init.readUInt16BE(0), init.readUInt16BE(2)];
  socket.write(Buffer.from([0, 0, 0, 0, ...PIXEL_FORMAT, 2, 0, 0, 1, 0, 0, 0, RAW]));
  const screen = new Uint32Array(width * height);
  const request = (incremental: number) => {
    const message = Buffer.from([3, incremental, 0, 0, 0, 0, 0, 0, 0, 0]);
    message.writeUInt16BE(width, 6);
    message.writeUInt16BE(height, 8);
    socket.write(message);
  };
  request(0);
  for (;;) {
    const type = (await bytes.take(1)).readUInt8();
    if (type === UPDATE) {
      await readUpdate(bytes, screen, width);
      if (isPicture(screen)) return;
      request(1);
    } else if (type === CUT_TEXT) {
      await bytes.take((await bytes.take(7)).readUInt32BE(3));
    } else if (type === COLOUR_MAP) {
      await bytes.take(6 * (await bytes.take(5)).readUInt16BE(3));
    } else if (type !== BELL) {
      throw new UniCoreError('PROTOCOL_ERROR', `The VNC server sent a message of the unknown type ${type}.`);
    }
  }
}

async function readUpdate(bytes: Bytes, screen: Uint32Array, stride: number): Promise<void> {
  const count = (await bytes.take(3)).readUInt16BE(1);
  for (let i = 0; i < count; i++) {
    const head = await bytes.take(12);
    const [x = 0, y = 0, width = 0, height = 0] = [0, 2, 4, 6].map((offset) => head.readUInt16BE(offset));
    // The bytes are copied, because an array of 32-bit numbers must start at an offset that is a multiple of
    // four.
    const pixels = new Uint32Array(new Uint8Array(await bytes.take(width * height * PIXEL_BYTES)).buffer);
    for (let row = 0; row < height; row++) {
      screen.set(pixels.subarray(row * width, (row + 1) * width), (y + row) * stride + x);
    }
  }
}

/** Returns true if the pixels are more than a black or empty screen. */
export function isPicture(pixels: Uint32Array): boolean {
  const colours = new Set<number>();
  let lit = 0;
  for (const pixel of pixels) {
    // Removes the highest byte, which is padding.
    const colour = pixel & 0xffffff;
    if (colour !== 0) lit++;
    if (colours.size < LEAST_COLOURS) colours.add(colour);
  }
  return lit >= pixels.length * LEAST_LIT && colours.size >= LEAST_COLOURS;
}

/** Reads a socket in pieces of a given length. */
class Bytes {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#chunks = socket[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [this.#rest];
    let have = this.#rest.length;
    while (have < length) {
      const next = await this.#chunks.next();
      if (next.done) throw new UniCoreError('RUNTIME_UNAVAILABLE', 'The VNC server closed the connection.');
      parts.push(next.value);
      have += next.value.length;
    }
    const whole = Buffer.concat(parts);
    this.#rest = whole.subarray(length);
    return whole.subarray(0, length);
  }
}
