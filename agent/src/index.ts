/**
 * The agent as a library: functions to join a hub, to start an agent in this process, and to read the agent's
 * files.
 */
export { type Agent, type AgentOptions, startAgent } from './agent/index.ts';
export { type JoinOptions, joinHub } from './commands/index.ts';
export { AgentConfig, defaultAgentDir, loadConfig, type RuntimeKind, saveConfig } from './identity/index.ts';
export { connectKeeper, type KeeperConnection, startKeeper, stopKeeper } from './keeper/index.ts';
export { DEFAULT_SOCKET, detectRuntime, dockerSocket } from './runtime/index.ts';
export { type AgentState, isAlive, loadState } from './state/index.ts';
