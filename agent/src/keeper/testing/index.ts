/** Test support: consumers of a keeper's terminals. */
export { Consumer } from './consumer.ts';
