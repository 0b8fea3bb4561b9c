/** Deflate by Node's zlib: 60 µs for a small frame, 120 to 600 µs for 16 KiB. Not for browsers, so it has a subpath of its own. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { corrupt, type Deflater, LEVELS, wrongLength } from '../channel/index.ts';

/** zlib makes no smaller output buffers. */
const MIN_CHUNK = 64;

export const zlibDeflater: Deflater = {
  least: 16,

  deflate(raw, dictionary, effort) {
    // What comes out is seldom more than a quarter; each output buffer lives until it is collected.
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
      // One byte more, so that the whole output is one buffer and its end is seen in the same round.
      chunkSize: Math.max(MIN_CHUNK, rawLength + 1),
    });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw wrongLength(rawLength);
    throw corrupt(cause);
  }
}
