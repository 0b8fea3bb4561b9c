/** The function that starts an agent, and the agent's version. */
export { type Agent, type AgentOptions, startAgent } from './agent.ts';
export { VERSION } from './version.ts';
