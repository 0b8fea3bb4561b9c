/** Draws a screen as bytes. */
export { snapshot } from './snapshot.ts';
