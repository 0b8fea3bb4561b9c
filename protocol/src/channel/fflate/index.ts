/** Deflate in plain JavaScript. It runs everywhere, several times slower than zlib. */
import { deflateSync, inflateSync } from 'fflate';
import { corrupt, type Deflater, LEVELS, wrongLength } from '../deflater.ts';

export const fflateDeflater: Deflater = {
  // Each call of fflate fills 300 KB of tables, on the thread that also draws. That pays off for pasted text only.
  least: 4 * 1024,

  deflate(raw, dictionary, effort) {
    const packed = deflateSync(raw, { level: LEVELS[effort], dictionary });
    // fflate stores data that it cannot shrink. It then also stores a short dictionary, by mistake; such output is wrong
    // and longer than the input.
    return packed.length < raw.length ? packed : undefined;
  },

  inflate(packed, dictionary, rawLength) {
    // fflate silently drops inflated bytes that do not fit. One extra byte of room shows that there were too many.
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
