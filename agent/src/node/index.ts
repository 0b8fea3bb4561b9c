/** How the agent starts Node. */
export { NODE_FLAGS } from './flags.ts';
