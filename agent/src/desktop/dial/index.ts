/** Connects a desktop to its hub from a container of its own. */
export { runDialler } from './dialler.ts';
export { DiallerOrder } from './order.ts';
export { superviseDialler } from './supervisor.ts';
