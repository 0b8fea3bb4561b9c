/** Converts the state of a terminal to output that reproduces it. */
export { snapshot } from './snapshot.ts';
