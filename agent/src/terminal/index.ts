/** What the rest of the agent uses of terminals. */
export { Terminal, type ViewRequest } from './terminal.ts';
