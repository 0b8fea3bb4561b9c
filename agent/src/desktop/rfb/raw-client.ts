/**
 * A small VNC client over any byte stream. It uses raw 32-bit pixels, so all pixels are exact. It asks for the next
 * update as soon as an update has arrived. The server draws the mouse pointer into the picture.
 */
import type { Duplex } from 'node:stream';
import { UniCoreError } from '@unicore/protocol';
import { MAX_CUT_TEXT } from './clipboard.ts';
import { Encoding } from './encodings.ts';
import { encodeFence, FENCE_BLOCK, FENCE_HEADER, FENCE_REQUEST } from './fence.ts';
import { Framebuffer, type Picture } from './framebuffer.ts';
import { encodeKey, encodePointer } from './held-input.ts';
import { SECURITY_NONE, ServerMessage, VERSION_BYTES, ViewerMessage } from './message-types.ts';
import { PIXEL_FORMAT_BYTES } from './pixel-format.ts';
import { StreamReader } from './stream-reader.ts';

const VERSION = 'RFB 003.008\n';
/** Little-endian true colour of 32 bits, whose bytes are red, green, blue, unused. */
const PIXEL_FORMAT = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0];
const ENCODINGS = [Encoding.raw, Encoding.desktopSize, Encoding.extendedDesktopSize, Encoding.fence];
/** Maximum length of a refusal's reason that is read, in bytes. */
const MAX_REASON = 1024;
const SCREEN_BYTES = 16;

export interface RawClientOptions {
  /** Called after each update, when the picture is up to date. */
  readonly onUpdate?: () => void;
  /** Called with the content of each clipboard message, a text in Latin-1. */
  readonly onCutText?: (body: Buffer) => void;
}

interface Waiting {
  resolve: () => void;
  reject: (error: unknown) => void;
}

export class RawClient {
  readonly #stream: Duplex;
  readonly #reader: StreamReader;
  readonly #options: RawClientOptions;
  #picture: Framebuffer = new Framebuffer(0, 0);
  /**
   * The first screen of the desktop, in the layout of ExtendedDesktopSize. Undefined if the server cannot change
   * its size.
   */
  #screen: Buffer | undefined;
  #waiting: Waiting[] = [];
  /** Fences of this client that the server has not answered yet. */
  #fences: Waiting[] = [];
  #failure: unknown;
  #updates = 0;
  #hasPixels = false;

  private constructor(stream: Duplex, options: RawClientOptions) {
    this.#stream = stream;
    this.#reader = new StreamReader(stream);
    this.#options = options;
  }

  /** Does the handshake and asks for the first update. Destroys the stream if that fails. */
  static async connect(stream: Duplex, options: RawClientOptions = {}): Promise<RawClient> {
    const client = new RawClient(stream, options);
    // Without a listener, an 'error' event would end the process. Reading fails with the same error.
    stream.on('error', () => undefined);
    try {
      await client.#handshake();
    } catch (error) {
      stream.destroy();
      throw error;
    }
    void client.#run();
    return client;
  }

  get width(): number {
    return this.#picture.width;
  }

  get height(): number {
    return this.#picture.height;
  }

  /** Number of updates so far. */
  get updates(): number {
    return this.#updates;
  }

  /** True once pixels have arrived. The first updates may only contain the size of the desktop. */
  get hasPixels(): boolean {
    return this.#hasPixels;
  }

  /** True once the server has said that it can change the size of the desktop. */
  get canResize(): boolean {
    return this.#screen !== undefined;
  }

  /** Returns the colour of a pixel as `0xrrggbb`, or undefined outside of the desktop. */
  pixel(x: number, y: number): number | undefined {
    return this.#picture.pixel(x, y);
  }

  /** Returns a copy of the whole picture. */
  whole(): Picture {
    return this.#picture.whole();
  }

  /** Resolves after the first update for which `condition` is true, or at once. Rejects if the connection ends. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.nextUpdate();
  }

  /** Resolves after the next update. Rejects if the connection ends. */
  async nextUpdate(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  key(keysym: number, isDown: boolean): void {
    this.#stream.write(encodeKey({ keysym, keycode: undefined }, isDown));
  }

  pointer(x: number, y: number, buttons: number): void {
    this.#stream.write(encodePointer(x, y, buttons));
  }

  /** Sends a text to the desktop's clipboard. Characters outside of Latin-1 are lost. */
  cutText(text: string): void {
    const body = Buffer.from(text, 'latin1');
    const header = Buffer.alloc(8);
    header[0] = ViewerMessage.cutText;
    header.writeUInt32BE(body.length, 4);
    this.#stream.write(Buffer.concat([header, body]));
  }

  /** Asks for a different size of the desktop. The server may refuse. If it agrees, the picture gets the new size. */
  resize(width: number, height: number): void {
    const screen = this.#screen;
    if (screen === undefined) {
      throw new UniCoreError(
        'CONFLICT',
        'The VNC server has not said that it can change the size of its desktop.',
      );
    }
    const message = Buffer.alloc(8 + SCREEN_BYTES);
    message[0] = ViewerMessage.setDesktopSize;
    message.writeUInt16BE(width, 2);
    message.writeUInt16BE(height, 4);
    message[6] = 1;
    screen.copy(message, 8);
    message.writeUInt32BE(0, 12);
    message.writeUInt16BE(width, 16);
    message.writeUInt16BE(height, 18);
    this.#stream.write(message);
  }

  /**
   * Resolves when the server has handled all messages sent before. The server must support fences, as Xvnc does,
   * and must have sent an update.
   */
  async handled(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#fences.push({ resolve, reject });
    this.#stream.write(encodeFence(FENCE_REQUEST, new Uint8Array(0)));
    await promise;
  }

  close(): void {
    this.#stream.destroy();
  }

  async #handshake(): Promise<void> {
    const reader = this.#reader;
    const version = (await reader.read(VERSION_BYTES)).toString('latin1');
    if (version !== VERSION) {
      throw new UniCoreError(
        'VERSION_UNSUPPORTED',
        `The VNC server speaks ${JSON.stringify(version)}, not RFB 3.8.`,
      );
    }
    this.#stream.write(VERSION, 'latin1');
    const count = (await reader.read(1))[0]!;
    if (count === 0) throw await this.#refusal();
    if (!(await reader.read(count)).includes(SECURITY_NONE)) {
      throw new UniCoreError('UNAUTHENTICATED', 'The VNC server asks for a password.');
    }
    this.#stream.write(Buffer.from([SECURITY_NONE]));
    if ((await reader.read(4)).readUInt32BE() !== 0) throw await this.#refusal();
    const isShared = 1;
    this.#stream.write(Buffer.from([isShared]));
    const init = await reader.read(4 + PIXEL_FORMAT_BYTES + 4);
    await reader.skip(init.readUInt32BE(4 + PIXEL_FORMAT_BYTES));
    this.#picture = new Framebuffer(init.readUInt16BE(0), init.readUInt16BE(2));
    this.#stream.write(Buffer.from([ViewerMessage.setPixelFormat, 0, 0, 0, ...PIXEL_FORMAT]));
    const encodings = Buffer.alloc(4 + 4 * ENCODINGS.length);
    encodings[0] = ViewerMessage.setEncodings;
    encodings.writeUInt16BE(ENCODINGS.length, 2);
    for (const [index, encoding] of ENCODINGS.entries()) encodings.writeInt32BE(encoding, 4 + 4 * index);
    this.#stream.write(encodings);
    this.#requestUpdate(false);
  }

  async #refusal(): Promise<UniCoreError> {
    const length = (await this.#reader.read(4)).readUInt32BE();
    const reason = await this.#reader.read(Math.min(length, MAX_REASON));
    return new UniCoreError('FORBIDDEN', `The VNC server refused the connection: ${reason.toString('utf8')}`);
  }

  /** Reads messages until the connection ends. */
  async #run(): Promise<void> {
    try {
      for (;;) await this.#message();
    } catch (error) {
      this.#failure = error;
      this.#stream.destroy();
      for (const { reject } of [...this.#waiting.splice(0), ...this.#fences.splice(0)]) reject(error);
    }
  }

  async #message(): Promise<void> {
    const reader = this.#reader;
    const type = (await reader.read(1))[0]!;
    switch (type) {
      case ServerMessage.framebufferUpdate:
        return await this.#update();
      case ServerMessage.setColourMapEntries:
        return await reader.skip((await reader.read(5)).readUInt16BE(3) * 6);
      case ServerMessage.bell:
        return;
      case ServerMessage.cutText: {
        const length = (await reader.read(7)).readUInt32BE(3);
        return await this.#cutText(length);
      }
      case ServerMessage.fence:
        return await this.#fence();
      default:
        throw new UniCoreError(
          'PROTOCOL_ERROR',
          `The VNC server sent a message of the unknown type ${type}.`,
        );
    }
  }

  /**
   * Handles a fence. A request is answered, because this client has handled all earlier messages. An answer belongs
   * to one of this client's own fences.
   */
  async #fence(): Promise<void> {
    const header = await this.#reader.read(FENCE_HEADER - 1);
    const payload = await this.#reader.read(header[7]!);
    const flags = header.readUInt32BE(3);
    if ((flags & FENCE_REQUEST) === 0) this.#fences.shift()?.resolve();
    else this.#stream.write(encodeFence(flags & FENCE_BLOCK, payload));
  }

  /**
   * Passes a clipboard message on. Lengths are never negative, because this client does not ask for the extended
   * clipboard.
   */
  async #cutText(length: number): Promise<void> {
    const { onCutText } = this.#options;
    if (length > MAX_CUT_TEXT || onCutText === undefined) await this.#reader.skip(length);
    else onCutText(await this.#reader.read(length));
  }

  async #update(): Promise<void> {
    const count = (await this.#reader.read(3)).readUInt16BE(1);
    const before = this.#picture;
    for (let index = 0; index < count; index += 1) await this.#rectangle();
    this.#updates += 1;
    // After a change of size the picture is empty. Then a full update is requested, not an incremental one.
    this.#requestUpdate(this.#picture === before);
    this.#options.onUpdate?.();
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  async #rectangle(): Promise<void> {
    const header = await this.#reader.read(12);
    const x = header.readUInt16BE(0);
    const y = header.readUInt16BE(2);
    const width = header.readUInt16BE(4);
    const height = header.readUInt16BE(6);
    const encoding = header.readInt32BE(8);
    if (encoding === Encoding.raw) {
      this.#hasPixels = true;
      for (let row = 0; row < height; row += 1) await this.#reader.fill(this.#picture.row(x, y + row, width));
    } else if (encoding === Encoding.desktopSize) {
      this.#setSize(width, height);
    } else if (encoding === Encoding.extendedDesktopSize) {
      const screens = (await this.#reader.read(4))[0]!;
      const layout = await this.#reader.read(screens * SCREEN_BYTES);
      if (screens > 0) this.#screen = Buffer.from(layout.subarray(0, SCREEN_BYTES));
      // In ExtendedDesktopSize, y is the result of a request. If it is not 0, the size has not changed.
      if (y === 0) this.#setSize(width, height);
    } else {
      throw new UniCoreError(
        'PROTOCOL_ERROR',
        `The VNC server sent the encoding ${encoding}, which was not asked for.`,
      );
    }
  }

  #setSize(width: number, height: number): void {
    if (width !== this.width || height !== this.height) this.#picture = new Framebuffer(width, height);
  }

  #requestUpdate(isIncremental: boolean): void {
    const message = Buffer.alloc(10);
    message[0] = ViewerMessage.framebufferUpdateRequest;
    message[1] = isIncremental ? 1 : 0;
    message.writeUInt16BE(this.width, 6);
    message.writeUInt16BE(this.height, 8);
    this.#stream.write(message);
  }
}
