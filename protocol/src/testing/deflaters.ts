/** The deflaters available here, by name. A browser has no zlib. */

import { fflateDeflater } from '../channel/fflate/index.ts';
import type { Deflater } from '../channel/index.ts';

const zlib =
  typeof process === 'undefined'
    ? {}
    : { zlib: (await import(/* @vite-ignore */ '../node/index.ts')).zlibDeflater };

export const DEFLATERS: Readonly<Record<string, Deflater>> = { fflate: fflateDeflater, ...zlib };
