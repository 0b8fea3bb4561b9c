/** Deflate compression with Node's zlib. It takes 60 µs for a small frame and 120 to 600 µs for 16 KiB. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { corrupt, type Deflater, LEVELS, wrongLength } from '../channel/index.ts';

/** Smallest output buffer that zlib accepts, in bytes. */
const MIN_CHUNK = 64;

export const zlibDeflater: Deflater = {
  least: 16,

  deflate(raw, dictionary, effort) {
    // The compressed data is seldom longer than a quarter of the input. A larger output buffer would waste
    // memory, because each buffer stays in memory until it is garbage collected.
    const chunkSize = Math.max(MIN_CHUNK, raw.length >> 2);
    const packed = deflateRawSync(raw, { level: LEVELS[effort], dictionary, chunkSize });
    return packed.length < raw.length ? packed : undefined;
  },

  inflate(packed, dictionary, rawLength) {
    const out = inflate(packed, dictionary, rawLength);
    if (out.length !== rawLength) throw wrongLength(rawLength);
    return out;
  },
};

function inflate(packed: Uint8Array, dictionary: Uint8Array, rawLength: number): Uint8Array {
  try {
    return inflateRawSync(packed, {
      dictionary,
      maxOutputLength: rawLength,
      // The output buffer has one byte more than needed. If the buffer became exactly full, zlib would
      // allocate a second buffer to look for more output.
      chunkSize: Math.max(MIN_CHUNK, rawLength + 1),
    });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw wrongLength(rawLength);
    throw corrupt(cause);
  }
}
