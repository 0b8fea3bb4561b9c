/** Makes arbitrary valid messages of VNC servers, for property tests. */
import fc from 'fast-check';
import { cutText, extendedCutText, fence, rectangle, u16, u32, update } from './bytes.ts';

interface ServerCase {
  readonly name: string;
  readonly isClipboard: boolean;
  readonly bytes: Buffer;
}

const side = fc.integer({ min: 0, max: 40 });
const bytesOf = (count: number) => fc.uint8Array({ minLength: count, maxLength: count });
/** Compressed data of any length, with its compact length before it. */
const compact = fc
  .uint8Array({ maxLength: 20_000 })
  .map((body) => Buffer.concat([compactLength(body.length), body]));

function compactLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  if (length < 0x4000) return Buffer.from([(length & 0x7f) | 0x80, length >> 7]);
  return Buffer.from([(length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14]);
}

/** Data of Tight's basic type. Short data is not compressed and has no length. */
function basic(size: number): fc.Arbitrary<Uint8Array> {
  return size < 12 ? bytesOf(size) : compact;
}

function tight(width: number, height: number, pixel: number): fc.Arbitrary<Uint8Array> {
  const joined = (...parts: fc.Arbitrary<Uint8Array>[]) =>
    fc.tuple(...parts).map((all) => Buffer.concat(all));
  const start = (...values: number[]) => fc.constant(Buffer.from(values));
  return fc.oneof(
    joined(start(0x80), bytesOf(pixel)),
    joined(start(0x90), compact),
    joined(start(0x03), basic(width * height * pixel)),
    joined(start(0x40, 2), basic(width * height * pixel)),
    joined(start(0x50, 1, 1), bytesOf(2 * pixel), basic(Math.ceil(width / 8) * height)),
    joined(start(0x60, 1, 4), bytesOf(5 * pixel), basic(width * height)),
  );
}

/** An arbitrary rectangle. `pixel` is the number of bytes per pixel, and `short` that in the Tight encoding. */
function anyRectangle(pixel: number, short: number): fc.Arbitrary<Buffer> {
  return fc.tuple(side, side).chain(([width, height]) => {
    const bitmap = Math.ceil(width / 8) * height;
    const kind = (encoding: number, body: fc.Arbitrary<Uint8Array>) =>
      body.map((bytes) => rectangle(0, 0, width, height, encoding, bytes));
    const prefixed = fc.uint8Array({ maxLength: 500 }).map((body) => Buffer.concat([u32(body.length), body]));
    return fc.oneof(
      kind(0, bytesOf(width * height * pixel)),
      kind(1, bytesOf(4)),
      kind(7, tight(width, height, short)),
      kind(16, prefixed),
      kind(-307, prefixed),
      kind(-239, bytesOf(width * height * pixel + bitmap)),
      kind(-240, bytesOf(width * height === 0 ? 0 : 6 + 2 * bitmap)),
      kind(
        -314,
        bytesOf(width * height * 4).map((body) => Buffer.concat([u32(0), body])),
      ),
      kind(
        0x574d5664,
        bytesOf(width * height * 4).map((body) => Buffer.concat([Buffer.from([1, 0]), body])),
      ),
      kind(
        0x574d5664,
        bytesOf(width * height * 2 * pixel).map((body) => Buffer.concat([Buffer.from([0, 0]), body])),
      ),
      kind(
        -308,
        fc
          .array(bytesOf(16), { maxLength: 3 })
          .map((list) => Buffer.concat([Buffer.from([list.length, 0, 0, 0]), ...list])),
      ),
      kind(-261, bytesOf(1)),
      kind(0x574d5668, bytesOf(4)),
      ...[0x574d5666, -223, -258, -316].map((encoding) => kind(encoding, bytesOf(0))),
    );
  });
}

/** An arbitrary message. `pixel` is the number of bytes per pixel, and `short` that in the Tight encoding. */
export function anyServerMessage(pixel: number, short: number): fc.Arbitrary<ServerCase> {
  const rectangles = fc.array(anyRectangle(pixel, short), { maxLength: 4 });
  const message = (name: string, bytes: fc.Arbitrary<Uint8Array>, isClipboard = false) =>
    bytes.map((value) => ({ name, isClipboard, bytes: Buffer.from(value) }));
  const text = fc.uint8Array({ maxLength: 300 });
  return fc.oneof(
    message(
      'FramebufferUpdate',
      rectangles.map((list) => update(...list)),
    ),
    message(
      'FramebufferUpdate until LastRect',
      rectangles.map((list) =>
        Buffer.concat([Buffer.from([0, 0, 0xff, 0xff]), ...list, rectangle(0, 0, 0, 0, -224)]),
      ),
    ),
    message(
      'SetColourMapEntries',
      fc
        .array(bytesOf(6), { maxLength: 5 })
        .map((colours) => Buffer.concat([Buffer.from([1, 0]), u16(0), u16(colours.length), ...colours])),
    ),
    message('Bell', fc.constant(Buffer.from([2]))),
    message('EndOfContinuousUpdates', fc.constant(Buffer.from([150]))),
    message(
      'ServerFence',
      fc
        .tuple(fc.nat(0xffffffff), fc.uint8Array({ maxLength: 64 }))
        .map(([flags, payload]) => fence(flags, payload)),
    ),
    message(
      'ServerCutText',
      text.map((value) => cutText(3, value)),
      true,
    ),
    message('extended notify', fc.constant(extendedCutText(3, (1 << 27) | 1)), true),
    message(
      'extended provide',
      text.map((body) => extendedCutText(3, (1 << 28) | 1, body)),
      true,
    ),
  );
}
