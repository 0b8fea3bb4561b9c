/** The list of machines, the dialogs for machines, and the components that show a machine on other pages. */
export { CreateDialog } from './create-dialog.tsx';
export { IsolationBadge } from './isolation-badge.tsx';
export { MachineMenu } from './machine-menu.tsx';
export { MachineState } from './machine-state.tsx';
export { MachinesPage } from './machines-page.tsx';
export { stateView } from './vm-state-view.ts';
