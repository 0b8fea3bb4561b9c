/** Carries out the hub's orders about VMs, and reports the states of VMs and desktops to the hub. */
export { type Reports, serveControl } from './control-channel.ts';
export { Fleet } from './fleet.ts';
export {
  type AgentServices,
  agentMethods,
  type DesktopService,
  desktopMethods,
  ensureTerminal,
} from './methods.ts';
export { desktopReporter, vmReporter } from './reporter.ts';
