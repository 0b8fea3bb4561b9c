/**
 * Opens the store that the configuration selects: a local SQLite file, or a Firestore database that many hubs
 * share.
 */
import { join } from 'node:path';
import { UniCoreError } from '@unicore/protocol';
import { parseStoreAddress, STORE_FORMS } from './address.ts';
import { openFirestoreStore } from './firestore/index.ts';
import { openSqliteStore } from './sqlite.ts';
import type { Store } from './store.ts';

export interface StoreConfig {
  /** `sqlite`, or the address of a Firestore database. */
  store: string;
  /** The folder of the database file hub.db. */
  dataDir: string;
}

export function openStore({ store, dataDir }: StoreConfig): Store {
  const address = parseStoreAddress(store);
  if (!address) throw new UniCoreError('BAD_REQUEST', `The store is "${store}": it must be ${STORE_FORMS}.`);
  return address.kind === 'sqlite' ? openSqliteStore(join(dataDir, 'hub.db')) : openFirestoreStore(address);
}
