/**
 * The VNC client of the benchmark. It requests the same encodings and sends the same messages as noVNC. But it
 * decodes only areas of one colour, such as the page's marker and stripes. So nearly all of the measured time is
 * spent on the connection and not in the client.
 */
import { encodeKey, encodePointer } from '@unicore/agent/desktop/rfb';
import { Input, type Reading } from './input.ts';
import type { Line } from './line.ts';
import { PAINTED } from './page.ts';
import { type Rectangle, readRectangle } from './rectangle.ts';

const VERSION = 'RFB 003.008\n';
const NO_SECURITY = 1;
/** Little-endian true colour of 32 bits, whose bytes are red, green, blue, unused. */
const PIXEL_FORMAT = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0];
/**
 * Encodings that are requested: CopyRect, Tight, Raw; quality 6, compression 2; DesktopSize, LastRect, Cursor,
 * fences, continuous updates. noVNC requests the same in this order, and further encodings that are never used.
 */
const ENCODINGS = [1, 7, 0, -26, -254, -223, -224, -239, -312, -313];
const UPDATE = 0;
const BELL = 2;
const CUT_TEXT = 3;
const CONTINUOUS_UPDATES = 150;
const FENCE = 248;
const FENCE_REQUEST = 0x80000000;
const UNTIL_LAST_RECT = 0xffff;

export class Viewer {
  /** Number of updates with pixels so far. */
  updates = 0;
  /** Number of bytes of RFB so far, in both directions. */
  rfbBytes = 0;
  /** The colour of each point in PAINTED, as 0xrrggbb. */
  readonly #colours: (number | undefined)[] = PAINTED.map(() => undefined);
  readonly #line: Line;
  readonly #input = new Input();
  readonly #reading: Reading<void>;
  #size = { width: 0, height: 0 };
  #isContinuous = false;
  #waiting: (() => void)[] = [];

  constructor(line: Line) {
    this.#line = line;
    this.#reading = this.#read();
    line.onData((bytes) => {
      this.rfbBytes += bytes.length;
      this.#input.add(bytes);
      this.#reading.next();
    });
  }

  get wireBytes(): number {
    return this.#line.wireBytes;
  }

  /** The colour of the marker, as 0xrrggbb. */
  get marker(): number | undefined {
    return this.#colours[0];
  }

  /** True while the whole page is shown in its first state. */
  get isPainted(): boolean {
    return PAINTED.every(({ colour }, index) => this.#colours[index] === colour);
  }

  /** Presses a key and releases it. */
  press(keysym: number): void {
    const key = { keysym, keycode: undefined };
    this.#send(Buffer.concat([encodeKey(key, true), encodeKey(key, false)]));
  }

  click(x: number, y: number): void {
    this.#send(Buffer.concat([encodePointer(x, y, 1), encodePointer(x, y, 0)]));
  }

  /** Resolves when `condition` is true after an update, or at once if it is true already. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#line.close();
  }

  *#read(): Reading<void> {
    const input = this.#input;
    yield* input.take(VERSION.length);
    this.#send(Buffer.from(VERSION));
    yield* input.take((yield* input.take(1))[0]!);
    this.#send(Buffer.from([NO_SECURITY]));
    yield* input.take(4);
    this.#send(Buffer.from([1]));
    const init = yield* input.take(24);
    yield* input.take(init.readUInt32BE(20));
    this.#size = { width: init.readUInt16BE(0), height: init.readUInt16BE(2) };
    this.#send(Buffer.from([0, 0, 0, 0, ...PIXEL_FORMAT]));
    this.#send(encodings());
    this.#request(false);
    for (;;) yield* this.#message();
  }

  *#message(): Reading<void> {
    const input = this.#input;
    const type = (yield* input.take(1))[0]!;
    switch (type) {
      case UPDATE:
        return yield* this.#update();
      case BELL:
        return;
      case CUT_TEXT:
        return void (yield* input.take((yield* input.take(7)).readUInt32BE(3)));
      case CONTINUOUS_UPDATES:
        return this.#updateAlways();
      case FENCE:
        return yield* this.#fence();
      default:
        throw new Error(`The VNC server sent a message of the unknown type ${type}.`);
    }
  }

  *#update(): Reading<void> {
    const input = this.#input;
    const count = (yield* input.take(3)).readUInt16BE(1);
    let hasPixels = false;
    for (let index = 0; index < count || count === UNTIL_LAST_RECT; index++) {
      const rectangle = yield* readRectangle(input);
      if (rectangle.isLast) break;
      hasPixels ||= rectangle.hasPixels;
      this.#paint(rectangle);
    }
    if (hasPixels) this.updates += 1;
    if (!this.#isContinuous) this.#request(true);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #paint({ left, top, width, height, hasPixels, colour }: Rectangle): void {
    if (!hasPixels) return;
    for (const [index, { x, y }] of PAINTED.entries()) {
      const isInside = x >= left && x < left + width && y >= top && y < top + height;
      if (isInside) this.#colours[index] = colour;
    }
  }

  *#fence(): Reading<void> {
    const head = yield* this.#input.take(8);
    const payload = yield* this.#input.take(head[7]!);
    const flags = head.readUInt32BE(3);
    if ((flags & FENCE_REQUEST) === 0) return;
    const answer = Buffer.alloc(9);
    answer[0] = FENCE;
    // The flags BlockBefore and BlockAfter. The answer to a fence must repeat them.
    answer.writeUInt32BE(flags & 3, 4);
    answer[8] = payload.length;
    this.#send(Buffer.concat([answer, payload]));
  }

  /** Requests continuous updates, once. Then the server sends updates without further requests. */
  #updateAlways(): void {
    if (this.#isContinuous) return;
    this.#isContinuous = true;
    const { width, height } = this.#size;
    const message = Buffer.alloc(10);
    message[0] = CONTINUOUS_UPDATES;
    message[1] = 1;
    message.writeUInt16BE(width, 6);
    message.writeUInt16BE(height, 8);
    this.#send(message);
  }

  #send(bytes: Uint8Array): void {
    this.rfbBytes += bytes.length;
    this.#line.send(bytes);
  }

  #request(isIncremental: boolean): void {
    const { width, height } = this.#size;
    const message = Buffer.alloc(10);
    message[0] = 3;
    message[1] = isIncremental ? 1 : 0;
    message.writeUInt16BE(width, 6);
    message.writeUInt16BE(height, 8);
    this.#send(message);
  }
}

function encodings(): Buffer {
  const message = Buffer.alloc(4 + 4 * ENCODINGS.length);
  message[0] = 2;
  message.writeUInt16BE(ENCODINGS.length, 2);
  for (const [index, encoding] of ENCODINGS.entries()) message.writeInt32BE(encoding, 4 + 4 * index);
  return message;
}
