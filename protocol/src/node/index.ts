/** Deflate compression with Node's zlib. It has its own entry point, so that browsers do not load it. */
export { zlibDeflater } from './zlib.ts';
