/** The messages of viewers: how many bytes each has. */
import { UniCoreError } from '@unicore/protocol';
import { CUT_TEXT_HEADER, checkLength, EXTENDED_HEADER } from './clipboard.ts';
import { FENCE_HEADER } from './fence.ts';
import { ViewerMessage } from './message-types.ts';
import { PIXEL_FORMAT_BYTES } from './pixel-format.ts';

/** Largest payload of a private message, in bytes. */
export const MAX_PRIVATE = 1024 * 1024;
/** Largest number of encodings in one SetEncodings. Viewers list about 30. */
const MAX_ENCODINGS = 256;

/** u8 type, u8 padding, u16 number of encodings. */
export const SET_ENCODINGS_HEADER = 4;
/** u8 type, 3 bytes of padding. */
export const SET_PIXEL_FORMAT_HEADER = 4;
/** u8 type, u8 operation, u16 zero, u32 length. */
export const PRIVATE_HEADER = 8;
/** u8 type, u8 padding, u16 width, u16 height, u8 number of screens, u8 padding. */
const SET_DESKTOP_SIZE_HEADER = 8;
const SCREEN_BYTES = 16;
/** u8 type, u8 endianness and subtype, u16 length. */
const GII_HEADER = 4;
/** Bit of the second byte of a gii message: its numbers are big-endian. */
const GII_BIG_ENDIAN = 0x80;
/** The subtype of QEMU's messages that is a key. */
const QEMU_KEY = 0;
/** Bit of a pointer message's mask that marks a further byte of buttons. */
export const EXTENDED_BUTTONS = 0x80;

const FIXED_LENGTHS: Readonly<Record<number, number>> = {
  [ViewerMessage.setPixelFormat]: SET_PIXEL_FORMAT_HEADER + PIXEL_FORMAT_BYTES,
  [ViewerMessage.framebufferUpdateRequest]: 10,
  [ViewerMessage.keyEvent]: 8,
  [ViewerMessage.enableContinuousUpdates]: 10,
  [ViewerMessage.xvp]: 4,
};

export interface Agreed {
  /** True if a pointer message with the highest bit of its mask has a further byte. */
  readonly extendedButtons: boolean;
  readonly privateMessages: boolean;
}

/**
 * Returns the length of the message that starts here. If more bytes are needed to know it, returns their number
 * as a negative value. Throws PROTOCOL_ERROR for unknown types, and for lengths beyond a limit.
 */
export function messageLength(bytes: Buffer, agreed: Agreed): number {
  const type = bytes[0];
  if (type === undefined) return -1;
  const fixed = FIXED_LENGTHS[type];
  if (fixed !== undefined) return fixed;
  const header = headerLength(type, bytes, agreed);
  return bytes.length < header ? -header : header + bodyLength(type, bytes, agreed);
}

/** Returns the number of bytes that tell a message's length. */
function headerLength(type: number, bytes: Buffer, agreed: Agreed): number {
  switch (type) {
    case ViewerMessage.setEncodings:
      return SET_ENCODINGS_HEADER;
    case ViewerMessage.pointerEvent:
      return 6;
    case ViewerMessage.cutText:
      return bytes.length >= CUT_TEXT_HEADER && bytes.readInt32BE(4) < 0 ? EXTENDED_HEADER : CUT_TEXT_HEADER;
    case ViewerMessage.fence:
      return FENCE_HEADER;
    case ViewerMessage.setDesktopSize:
      return SET_DESKTOP_SIZE_HEADER;
    case ViewerMessage.gii:
      return GII_HEADER;
    case ViewerMessage.qemu:
      return 2;
    case ViewerMessage.private:
      if (agreed.privateMessages) return PRIVATE_HEADER;
  }
  throw new UniCoreError('PROTOCOL_ERROR', `The viewer sent a message of the unknown type ${type}.`);
}

/** Returns the number of bytes after the header. */
function bodyLength(type: number, bytes: Buffer, agreed: Agreed): number {
  switch (type) {
    case ViewerMessage.setEncodings:
      return limited('encodings in SetEncodings', bytes.readUInt16BE(2), MAX_ENCODINGS) * 4;
    case ViewerMessage.pointerEvent:
      return agreed.extendedButtons && (bytes[1]! & EXTENDED_BUTTONS) !== 0 ? 1 : 0;
    case ViewerMessage.cutText: {
      const length = bytes.readInt32BE(4);
      checkLength(length);
      return length < 0 ? -length - (EXTENDED_HEADER - CUT_TEXT_HEADER) : length;
    }
    case ViewerMessage.fence:
      return bytes[8]!;
    case ViewerMessage.setDesktopSize:
      return bytes[6]! * SCREEN_BYTES;
    case ViewerMessage.gii:
      return (bytes[1]! & GII_BIG_ENDIAN) === 0 ? bytes.readUInt16LE(2) : bytes.readUInt16BE(2);
    case ViewerMessage.private:
      if (bytes.readUInt16BE(2) !== 0) {
        throw new UniCoreError('PROTOCOL_ERROR', 'Bytes 2 and 3 of a private message must be zero.');
      }
      return limited('bytes in a private message', bytes.readUInt32BE(4), MAX_PRIVATE);
    default:
      if (bytes[1] === QEMU_KEY) return 10;
      throw new UniCoreError(
        'PROTOCOL_ERROR',
        `The viewer sent a message of the unknown type ${type}, subtype ${bytes[1]}.`,
      );
  }
}

function limited(what: string, count: number, most: number): number {
  if (count <= most) return count;
  throw new UniCoreError('PROTOCOL_ERROR', `The viewer sent ${count} ${what}; ${most} are allowed.`);
}
