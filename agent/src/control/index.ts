/** Orders from the hub, and reports to it. */
export { serveControl } from './control-channel.ts';
export { Fleet } from './fleet.ts';
export { type AgentServices, agentMethods, ensureTerminal } from './methods.ts';
export { Reporter } from './reporter.ts';
