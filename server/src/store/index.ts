/** The store's public interface. */
export { parseStoreAddress, STORE_FORMS } from './address.ts';
export { openStore } from './open.ts';
export {
  PHASES,
  type Phase,
  ProviderRow,
  type SecretKind,
  type SecretRow,
  UserRow,
  VmRow,
} from './rows.ts';
export { openSqliteStore } from './sqlite.ts';
export type { ProviderChange, Store } from './store.ts';
