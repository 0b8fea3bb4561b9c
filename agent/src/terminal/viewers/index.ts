/** The viewers of a terminal: their channels, and how far each viewer has read. */
export { Viewer } from './viewer.ts';
export { Viewers } from './viewers.ts';
