/** The list of providers and the dialog that adds one. */
export { AddProviderDialog } from './add-dialog.tsx';
export { ProvidersPage } from './providers-page.tsx';
