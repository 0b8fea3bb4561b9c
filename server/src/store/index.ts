/** What the outside may use of the store. */
export { openStore } from './open.ts';
export type { ProviderRow, VmRow } from './rows.ts';
