/** Exports the control channels to agents for the rest of the hub. */
export { Agents } from './agents.ts';
export { ControlHost } from './host.ts';
