/** Deflate with Node's zlib: 60 µs for a small frame, 120 to 600 µs for 16 KiB. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { corrupt, type Deflater, LEVELS, wrongLength } from '../channel/index.ts';

/** zlib accepts no smaller output buffers. */
const MIN_CHUNK = 64;

export const zlibDeflater: Deflater = {
  least: 16,

  deflate(raw, dictionary, effort) {
    // The result is seldom longer than a quarter of the input, and each output buffer stays in memory until it is
    // collected.
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
      // With one byte more than needed, zlib sees the end in the same round. So one output buffer is enough.
      chunkSize: Math.max(MIN_CHUNK, rawLength + 1),
    });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw wrongLength(rawLength);
    throw corrupt(cause);
  }
}
