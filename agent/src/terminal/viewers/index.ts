/** The viewers of a terminal. */
export { Viewer } from './viewer.ts';
export { Viewers } from './viewers.ts';
