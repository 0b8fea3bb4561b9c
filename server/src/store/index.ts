/** The store's public interface. */
export { openStore } from './open.ts';
export type { ProviderRow, VmRow } from './rows.ts';
