/** Makes arbitrary valid messages of VNC viewers, for property tests. */
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import {
  cutText,
  extendedCutText,
  fence,
  pixelFormat,
  setEncodings,
  setPixelFormat,
  u16,
  u32,
} from './bytes.ts';

/** What a message needs to pass. `input`: the controls. `text`: also a right of the clipboard. */
type Need = 'none' | 'input' | 'text' | 'never';

interface ViewerCase {
  readonly name: string;
  readonly need: Need;
  readonly bytes: Buffer;
}

const u8 = fc.nat(0xff);
const word = fc.nat(0xffff);
/** Larger screens are dropped. */
const side = fc.nat(8192);
const long = fc.nat(0xffffffff);
const area = fc.tuple(word, word, word, word).map((sides) => Buffer.concat(sides.map(u16)));
const text = fc.uint8Array({ maxLength: 300 });
/**
 * Encodings that the interposer knows. Extended buttons are left out, because they change the form of later
 * messages.
 */
const KNOWN = [0, 1, 7, 16, -32, -23, -223, -224, -239, -240, -258, -261, -307, -308, -312, -313, -314];
const screens = fc.array(fc.uint8Array({ minLength: 16, maxLength: 16 }), { maxLength: 3 });

function message(name: string, need: Need, bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<ViewerCase> {
  return bytes.map((value) => ({ name, need, bytes: Buffer.from(value) }));
}

function provided(value: Uint8Array): Buffer {
  return deflateSync(Buffer.concat([u32(value.length), value]));
}

export const anyViewerMessage: fc.Arbitrary<ViewerCase> = fc.oneof(
  message('SetPixelFormat', 'none', fc.constant(setPixelFormat(pixelFormat(32)))),
  message(
    'SetEncodings',
    'none',
    fc.array(fc.constantFrom(...KNOWN), { maxLength: 20 }).map((encodings) => setEncodings(...encodings)),
  ),
  message(
    'FramebufferUpdateRequest',
    'none',
    fc.tuple(u8, area).map(([incremental, place]) => Buffer.concat([Buffer.from([3, incremental]), place])),
  ),
  message(
    'EnableContinuousUpdates',
    'none',
    fc.tuple(u8, area).map(([enable, place]) => Buffer.concat([Buffer.from([150, enable]), place])),
  ),
  message(
    'ClientFence',
    'none',
    fc.tuple(long, fc.uint8Array({ maxLength: 64 })).map(([flags, payload]) => fence(flags, payload)),
  ),
  message(
    'KeyEvent',
    'input',
    fc.tuple(u8, long).map(([down, keysym]) => Buffer.concat([Buffer.from([4, down, 0, 0]), u32(keysym)])),
  ),
  message(
    'QEMU key',
    'input',
    fc
      .tuple(word, long, long)
      .map(([down, keysym, code]) =>
        Buffer.concat([Buffer.from([255, 0]), u16(down), u32(keysym), u32(code)]),
      ),
  ),
  message(
    'PointerEvent',
    'input',
    fc.tuple(u8, word, word).map(([mask, x, y]) => Buffer.concat([Buffer.from([5, mask]), u16(x), u16(y)])),
  ),
  message(
    'SetDesktopSize',
    'input',
    fc
      .tuple(side, side, screens)
      .map(([width, height, list]) =>
        Buffer.concat([
          Buffer.from([251, 0]),
          u16(width),
          u16(height),
          Buffer.from([list.length, 0]),
          ...list,
        ]),
      ),
  ),
  message(
    'ClientCutText',
    'text',
    text.map((value) => cutText(6, value)),
  ),
  message('extended notify', 'text', fc.constant(extendedCutText(6, (1 << 27) | 1))),
  message(
    'extended provide',
    'text',
    text.map((value) => extendedCutText(6, (1 << 28) | 1, provided(value))),
  ),
  message('extended request', 'text', fc.constant(extendedCutText(6, (1 << 25) | 1))),
  message('extended peek', 'text', fc.constant(extendedCutText(6, 1 << 26))),
  message(
    'xvp',
    'never',
    fc.tuple(u8, u8).map(([version, op]) => Buffer.from([250, 0, version, op])),
  ),
  message(
    'gii',
    'never',
    fc
      .uint8Array({ maxLength: 100 })
      .map((body) => Buffer.concat([Buffer.from([253, 0x81]), u16(body.length), body])),
  ),
);
