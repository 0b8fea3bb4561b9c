/** The public interface of the hub's code for VMs, their placement and their terminals. */
export { VmAccess } from './access.ts';
export { Census } from './census.ts';
export { takesRoom } from './lifecycle.ts';
export { PeriodicWork } from './periodic-work.ts';
export { Placer } from './placer.ts';
export { orderOf, Reports } from './reports.ts';
export { Terminals } from './terminals.ts';
export { VmViews } from './view.ts';
export { Vms } from './vms.ts';
export { VmWriter } from './writer.ts';
