/** The list of machines, its dialogs, and how a machine is shown elsewhere. */
export { CreateDialog } from './create-dialog.tsx';
export { IsolationBadge } from './isolation-badge.tsx';
export { MachineMenu } from './machine-menu.tsx';
export { MachineState } from './machine-state.tsx';
export { MachinesPage } from './machines-page.tsx';
export { stateView } from './vm-state-view.ts';
