/** Parses the rectangles of a VNC server's updates, and recognises areas of one colour. */
import type { Input, Reading } from './input.ts';

const RAW = 0;
const COPY_RECT = 1;
const TIGHT = 7;
const DESKTOP_SIZE = -223;
const LAST_RECT = -224;
const CURSOR = -239;
/** Compression types of Tight, in the upper four bits of the first byte. Values below them are the basic type. */
const FILL = 8;
const JPEG = 9;
/** Bit of the basic type which says that the next byte names a filter. */
const HAS_FILTER = 0x40;
const PALETTE = 1;
/** In the Tight encoding, data with fewer bytes is sent uncompressed and without a length. */
const MIN_COMPRESSED = 12;
/** Number of bytes of a pixel in the Tight encoding: red, green, blue. */
const TIGHT_PIXEL = 3;
const RAW_PIXEL = 4;

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly isLast: boolean;
  readonly hasPixels: boolean;
  /**
   * The colour of the whole rectangle, as 0xrrggbb. Undefined if it has several colours, or if that was not
   * checked.
   */
  readonly colour: number | undefined;
}

export function* readRectangle(input: Input): Reading<Rectangle> {
  const head = yield* input.take(12);
  const [left = 0, top = 0, width = 0, height = 0] = [0, 2, 4, 6].map((offset) => head.readUInt16BE(offset));
  const encoding = head.readInt32BE(8);
  let colour: number | undefined;
  switch (encoding) {
    case RAW:
      yield* input.take(width * height * RAW_PIXEL);
      break;
    case COPY_RECT:
      yield* input.take(4);
      break;
    case TIGHT:
      colour = yield* readTight(input, width, height);
      break;
    case CURSOR:
      yield* input.take(width * height * RAW_PIXEL + height * Math.ceil(width / 8));
      break;
    case DESKTOP_SIZE:
    case LAST_RECT:
      break;
    default:
      throw new Error(`The VNC server sent the encoding ${encoding}, which was not asked for.`);
  }
  return { left, top, width, height, isLast: encoding === LAST_RECT, hasPixels: encoding >= 0, colour };
}

/** Parses a Tight rectangle. Returns its colour if it has only one. */
function* readTight(input: Input, width: number, height: number): Reading<number | undefined> {
  const control = (yield* input.take(1))[0]!;
  const type = control >> 4;
  if (type === FILL) return (yield* input.take(TIGHT_PIXEL)).readUIntBE(0, TIGHT_PIXEL);
  if (type > JPEG) throw new Error(`The VNC server sent the unknown Tight compression ${type}.`);
  let rowBytes = width * TIGHT_PIXEL;
  if (type !== JPEG && (control & HAS_FILTER) !== 0 && (yield* input.take(1))[0] === PALETTE) {
    const colours = (yield* input.take(1))[0]! + 1;
    yield* input.take(colours * TIGHT_PIXEL);
    rowBytes = colours <= 2 ? Math.ceil(width / 8) : width;
  }
  const size = rowBytes * height;
  yield* input.take(type !== JPEG && size < MIN_COMPRESSED ? size : yield* readLength(input));
  return undefined;
}

/** Reads a length of one to three bytes. The first two bytes have seven bits each. */
function* readLength(input: Input): Reading<number> {
  let length = 0;
  for (const shift of [0, 7, 14]) {
    const byte = (yield* input.take(1))[0]!;
    length |= (shift === 14 ? byte : byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return length;
}
