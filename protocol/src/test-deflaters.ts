/** For tests: the deflaters that there are here, by name. A browser has no zlib. */
import type { Deflater } from './deflater.ts';
import { fflateDeflater } from './fflate.ts';

const zlib =
  typeof process === 'undefined' ? {} : { zlib: (await import(/* @vite-ignore */ './zlib.ts')).zlibDeflater };

export const DEFLATERS: Readonly<Record<string, Deflater>> = { fflate: fflateDeflater, ...zlib };
