/** The agent's process, put together. */
export { type Agent, type AgentOptions, startAgent } from './agent.ts';
export { VERSION } from './version.ts';
