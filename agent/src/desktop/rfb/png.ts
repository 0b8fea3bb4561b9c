/** Pictures as PNG. */
import { Readable } from 'node:stream';
import { PNG } from 'pngjs';
import type { Picture } from './framebuffer.ts';

/** zlib's level and strategy. pngjs's own choice, level 9 for runs of equal bytes, gives larger files. */
const DEFLATE = { deflateLevel: 3, deflateStrategy: 0 };
/** No filter, and all four bytes of a pixel: fewer bytes block the process for 0.2 s per picture of 1920 × 1080. */
const PLAIN = { filterType: 0, colorType: 6 } as const;

/** Encodes a picture as PNG. zlib works in a thread of its own, so input is not held up. */
export async function encodePng({ width, height, rgba }: Picture): Promise<Buffer> {
  const png = new PNG({ width, height, ...PLAIN, ...DEFLATE });
  png.data = Buffer.from(rgba.buffer, rgba.byteOffset, rgba.byteLength);
  // A PNG of this library is a stream of the oldest kind, which cannot be iterated.
  return Buffer.concat(await new Readable().wrap(png.pack()).toArray());
}
