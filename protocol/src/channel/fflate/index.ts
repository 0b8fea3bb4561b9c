/** Deflate for everywhere: plain JavaScript, several times slower than zlib. */
import { deflateSync, inflateSync } from 'fflate';
import { corrupt, type Deflater, LEVELS, wrongLength } from '../deflater.ts';

export const fflateDeflater: Deflater = {
  // It fills 300 KB of tables for each call, on the thread that draws: good for what is pasted, and too much for the rest.
  least: 4 * 1024,

  deflate(raw, dictionary, effort) {
    const packed = deflateSync(raw, { level: LEVELS[effort], dictionary });
    // What it cannot shrink it stores, and a short dictionary by mistake with it: such output is longer, and wrong.
    return packed.length < raw.length ? packed : undefined;
  },

  inflate(packed, dictionary, rawLength) {
    // It drops what does not fit without a word: one byte of room more than there may be tells.
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
