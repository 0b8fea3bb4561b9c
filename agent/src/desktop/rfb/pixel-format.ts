/** The size of pixels in a pixel format. The interposer needs no more: it does not look at the colours. */
import { UniCoreError } from '@unicore/protocol';

/** Number of bytes of the RFB structure PIXEL_FORMAT. */
export const PIXEL_FORMAT_BYTES = 16;

export interface PixelLayout {
  /** Number of bytes of a pixel. */
  readonly pixel: 1 | 2 | 4;
  /** Number of bytes of a pixel in the Tight encoding. A 32-bit pixel with 24 bits of colour has only 3 bytes there. */
  readonly tight: 1 | 2 | 3 | 4;
}

/** Reads PIXEL_FORMAT. Throws PROTOCOL_ERROR if pixels have another size than 8, 16 or 32 bits. */
export function readPixelLayout(format: Buffer): PixelLayout {
  const bits = format[0]!;
  if (bits === 8) return { pixel: 1, tight: 1 };
  if (bits === 16) return { pixel: 2, tight: 2 };
  if (bits === 32) return { pixel: 4, tight: hasThreeByteColours(format) ? 3 : 4 };
  throw new UniCoreError(
    'PROTOCOL_ERROR',
    `The pixel format has ${bits} bits per pixel. Use 8, 16 or 32 bits.`,
  );
}

export function sameLayout(one: PixelLayout, other: PixelLayout): boolean {
  return one.pixel === other.pixel && one.tight === other.tight;
}

/**
 * Returns true if pixels have 3 bytes in the Tight encoding. As TigerVNC's server does, this requires that each
 * colour has a whole byte.
 */
function hasThreeByteColours(format: Buffer): boolean {
  const isTrueColour = format[3] !== 0;
  const maxima = [format.readUInt16BE(4), format.readUInt16BE(6), format.readUInt16BE(8)];
  const shifts = [format[10]!, format[11]!, format[12]!];
  return (
    isTrueColour &&
    format[1] === 24 &&
    maxima.every((maximum) => maximum === 255) &&
    shifts.every((shift) => shift % 8 === 0)
  );
}
