/** Carries out the hub's orders about VMs, and reports the state of the VMs to the hub. */
export { serveControl } from './control-channel.ts';
export { Fleet } from './fleet.ts';
export { type AgentServices, agentMethods, ensureTerminal } from './methods.ts';
export { Reporter } from './reporter.ts';
