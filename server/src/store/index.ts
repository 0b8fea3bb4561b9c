/** The store's public interface. */
export { parseStoreAddress, STORE_FORMS } from './address.ts';
export { openStore } from './open.ts';
export {
  DESKTOP_PHASES,
  DesktopPhase,
  DesktopRow,
  PHASES,
  type Phase,
  ProviderRow,
  ReceiptRow,
  type SecretKind,
  type SecretRow,
  UserRow,
  VmRow,
} from './rows.ts';
export { openSqliteStore } from './sqlite.ts';
export type { ProviderChange, Store } from './store.ts';
