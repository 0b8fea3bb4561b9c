/** What the outside may use of the agent: starting one in process, joining, and reading what one wrote. */
export { type Agent, type AgentOptions, startAgent } from './agent/agent.ts';
export {
  AgentConfig,
  defaultAgentDir,
  loadConfig,
  type RuntimeKind,
  saveConfig,
} from './identity/config.ts';
export { type JoinOptions, joinHub } from './commands/join.ts';
export { connectKeeper, type KeeperConnection, startKeeper, stopKeeper } from './keeper/index.ts';
export { type AgentState, isAlive, loadState } from './state/live-state.ts';
export { DEFAULT_SOCKET, detectRuntime, dockerSocket } from './runtime/index.ts';
