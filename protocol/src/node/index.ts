/** What needs Node: deflate by its zlib. An entry of its own, so that browsers load none of it. */
export { zlibDeflater } from './zlib.ts';
