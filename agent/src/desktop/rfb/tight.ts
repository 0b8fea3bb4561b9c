/**
 * Parses the Tight encoding, to find out the length of a rectangle. Nothing is decompressed: each compressed part
 * begins with its length.
 */
import { UniCoreError } from '@unicore/protocol';
import type { ByteSource, Reading } from './byte-source.ts';

/** Compression types, in the upper four bits of a rectangle's first byte. Values below them are the basic type. */
const FILL = 8;
const JPEG = 9;
/** Bit of the basic type which says that the next byte names a filter. */
const HAS_FILTER = 0x40;

const FILTER_PALETTE = 1;
const LAST_FILTER = 2;

/** Data with fewer bytes is sent uncompressed and without a length. */
const MIN_COMPRESSED = 12;

/** Passes the content of a rectangle on. `pixelBytes` is the size of a pixel in the Tight encoding. */
export function* passTight(
  source: ByteSource,
  width: number,
  height: number,
  pixelBytes: number,
): Reading<void> {
  yield* source.wait(1);
  const control = source.u8(0);
  yield* source.pass(1);
  const type = control >> 4;
  if (type === FILL) return yield* source.pass(pixelBytes);
  if (type === JPEG) return yield* passWithLength(source);
  if (type > JPEG)
    throw new UniCoreError('PROTOCOL_ERROR', `The VNC server sent the unknown Tight compression ${type}.`);
  const colours = (control & HAS_FILTER) === 0 ? 0 : yield* passFilter(source, pixelBytes);
  const size = height * rowBytes(width, colours, pixelBytes);
  if (size < MIN_COMPRESSED) yield* source.pass(size);
  else yield* passWithLength(source);
}

/** Passes a filter on. Returns the number of colours in its palette, or 0 if the filter has none. */
function* passFilter(source: ByteSource, pixelBytes: number): Reading<number> {
  yield* source.wait(1);
  const filter = source.u8(0);
  if (filter > LAST_FILTER)
    throw new UniCoreError('PROTOCOL_ERROR', `The VNC server sent the unknown Tight filter ${filter}.`);
  yield* source.pass(1);
  if (filter !== FILTER_PALETTE) return 0;
  yield* source.wait(1);
  const colours = source.u8(0) + 1;
  yield* source.pass(1 + colours * pixelBytes);
  return colours;
}

function rowBytes(width: number, colours: number, pixelBytes: number): number {
  if (colours === 0) return width * pixelBytes;
  return colours <= 2 ? Math.ceil(width / 8) : width;
}

/** Passes a length of one to three bytes on, and then that many bytes. */
function* passWithLength(source: ByteSource): Reading<void> {
  yield* source.wait(1);
  let bytes = 1;
  let length = source.u8(0) & 0x7f;
  if (source.u8(0) > 0x7f) {
    yield* source.wait(2);
    bytes = 2;
    length |= (source.u8(1) & 0x7f) << 7;
    if (source.u8(1) > 0x7f) {
      yield* source.wait(3);
      bytes = 3;
      length |= source.u8(2) << 14;
    }
  }
  yield* source.pass(bytes + length);
}
