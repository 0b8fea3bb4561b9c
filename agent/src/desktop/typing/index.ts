/** Types on a desktop, so that all input reaches the browser completely and in order. */
export { DisplayKeys } from './display-keys.ts';
export { isShortcut } from './keysyms.ts';
export { Order } from './order.ts';
export { Pages } from './pages.ts';
export { Typing } from './typing.ts';
export type { DisplayPlace } from './x-connection.ts';
