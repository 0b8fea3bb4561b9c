/** Deflate in plain JavaScript. This deflater runs everywhere, but is several times slower than zlib. */
import { deflateSync, inflateSync } from 'fflate';
import { corrupt, type Deflater, LEVELS, wrongLength } from '../deflater.ts';

export const fflateDeflater: Deflater = {
  // Shorter inputs are not deflated. Each call of fflate fills 300 KB of tables, and this delays the page,
  // because it runs on the same thread. Only long inputs, such as pasted text, are worth this cost.
  least: 4 * 1024,

  deflate(raw, dictionary, effort) {
    const packed = deflateSync(raw, { level: LEVELS[effort], dictionary });
    // If fflate cannot shrink the input, it copies the input into the output unchanged. A bug of fflate then
    // also copies a short dictionary. Such output is wrong but longer than the input, and so is never used.
    return packed.length < raw.length ? packed : undefined;
  },

  inflate(packed, dictionary, rawLength) {
    // fflate silently drops inflated bytes that do not fit into the output. The output therefore has one
    // extra byte, which is filled only if there are too many bytes.
    const out = inflate(packed, dictionary, new Uint8Array(rawLength + 1));
    if (out.length !== rawLength) throw wrongLength(rawLength);
    return out;
  },
};

function inflate(packed: Uint8Array, dictionary: Uint8Array, out: Uint8Array): Uint8Array {
  try {
    return inflateSync(packed, { dictionary, out });
  } catch (cause) {
    throw corrupt(cause);
  }
}
