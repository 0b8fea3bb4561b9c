/** Terminals with many viewers. */
export { Terminal, type ViewRequest } from './terminal.ts';
