/** Parses the rectangles of a FramebufferUpdate, to find out how many bytes each has. */
import { UniCoreError } from '@unicore/protocol';
import type { ByteSource, Reading } from './byte-source.ts';
import { Encoding } from './encodings.ts';
import type { Negotiation } from './negotiation.ts';
import { passTight } from './tight.ts';

/** Header of a rectangle: u16 x, u16 y, u16 width, u16 height, i32 encoding. */
const HEADER = 12;
/** One screen of ExtendedDesktopSize: u32 id, u16 x, u16 y, u16 width, u16 height, u32 flags. */
const SCREEN_BYTES = 16;
/** The two colours of an XCursor, with 3 bytes each. */
const X_CURSOR_COLOURS = 6;

/** Passes a rectangle on. Returns true if it was the last of its update. */
export function* passRectangle(source: ByteSource, negotiation: Negotiation): Reading<boolean> {
  yield* source.wait(HEADER);
  const width = source.u16(4);
  const height = source.u16(6);
  const encoding = source.i32(8);
  yield* source.pass(HEADER);
  const pixels = width * height;
  const bitmap = Math.ceil(width / 8) * height;
  switch (encoding) {
    case Encoding.raw:
      yield* source.pass(pixels * negotiation.layout.pixel);
      return false;
    case Encoding.copyRect:
      yield* source.pass(4);
      return false;
    case Encoding.tight:
      yield* passTight(source, width, height, negotiation.layout.tight);
      return false;
    case Encoding.zrle:
    case Encoding.desktopName:
      yield* source.wait(4);
      yield* source.pass(4 + source.u32(0));
      return false;
    case Encoding.cursor:
      yield* source.pass(pixels * negotiation.layout.pixel + bitmap);
      return false;
    case Encoding.xCursor:
      if (pixels > 0) yield* source.pass(X_CURSOR_COLOURS + 2 * bitmap);
      return false;
    case Encoding.cursorWithAlpha:
      yield* passCursorWithAlpha(source, pixels);
      return false;
    case Encoding.vmwareCursor:
      yield* passVmwareCursor(source, pixels, negotiation.layout.pixel);
      return false;
    case Encoding.extendedDesktopSize:
      yield* source.wait(4);
      yield* source.pass(4 + source.u8(0) * SCREEN_BYTES);
      return false;
    case Encoding.qemuLedState:
      yield* source.pass(1);
      return false;
    case Encoding.vmwareLedState:
      yield* source.pass(4);
      return false;
    case Encoding.extendedMouseButtons:
      negotiation.serverHasExtendedButtons = true;
      return false;
    case Encoding.desktopSize:
    case Encoding.qemuKeyEvent:
    case Encoding.vmwareCursorPosition:
      return false;
    case Encoding.lastRect:
      return true;
    default:
      throw new UniCoreError(
        'PROTOCOL_ERROR',
        `The VNC server sent a rectangle with the unknown encoding ${encoding}.`,
      );
  }
}

/** Passes a cursor with an alpha channel on. TigerVNC's server sends these cursors only as raw pixels of 32 bits. */
function* passCursorWithAlpha(source: ByteSource, pixels: number): Reading<void> {
  yield* source.wait(4);
  const encoding = source.i32(0);
  if (encoding !== Encoding.raw) {
    throw new UniCoreError(
      'PROTOCOL_ERROR',
      `The VNC server sent a cursor in the encoding ${encoding}, not in Raw.`,
    );
  }
  yield* source.pass(4 + pixels * 4);
}

function* passVmwareCursor(source: ByteSource, pixels: number, pixelBytes: number): Reading<void> {
  yield* source.wait(2);
  const type = source.u8(0);
  if (type > 1)
    throw new UniCoreError('PROTOCOL_ERROR', `The VNC server sent a cursor of the unknown type ${type}.`);
  // A VMware cursor of type 0 has two masks in the current pixel format; type 1 has 32-bit pixels.
  yield* source.pass(2 + pixels * (type === 0 ? 2 * pixelBytes : 4));
}
