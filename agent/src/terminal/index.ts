/** What the rest of the agent uses of terminals. */
export { Terminal } from './terminal.ts';
