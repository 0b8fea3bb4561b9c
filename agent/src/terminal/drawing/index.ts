/** Converts the state of a terminal to output that reproduces the state. */
export { snapshot } from './snapshot.ts';
