/** What the rest of the hub uses of the control channels to agents. */
export { Agents } from './agents.ts';
export { ControlHost } from './host.ts';
