/** Terminals that many viewers can share. */
export { Terminal, type ViewRequest } from './terminal.ts';
