/** Deflate with Node's zlib. An entry of its own, so that browsers do not load it. */
export { zlibDeflater } from './zlib.ts';
