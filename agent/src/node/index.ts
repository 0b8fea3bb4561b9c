/** The flags with which the agent and the keeper start Node. */
export { NODE_FLAGS } from './flags.ts';
