/**
 * The store's address: `sqlite` (a file in the data folder), or `firestore://PROJECT`, with `/DATABASE` if it is named.
 */

/** Firestore's name for the database that has no name of its own. */
const DEFAULT_DATABASE = '(default)';
/** Project and database ids: letters, digits and hyphens. Some project ids begin with a domain and a colon. */
const FIRESTORE =
  /^firestore:\/\/((?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{2,62})(?:\/(\(default\)|[a-z][a-z0-9-]{2,62}))?$/;

export type StoreAddress = { kind: 'sqlite' } | { kind: 'firestore'; projectId: string; databaseId: string };

export const STORE_FORMS = 'sqlite, firestore://PROJECT or firestore://PROJECT/DATABASE';

/** Returns undefined if the text has none of the STORE_FORMS. */
export function parseStoreAddress(text: string): StoreAddress | undefined {
  if (text === 'sqlite') return { kind: 'sqlite' };
  const [, projectId, databaseId = DEFAULT_DATABASE] = FIRESTORE.exec(text) ?? [];
  return projectId === undefined ? undefined : { kind: 'firestore', projectId, databaseId };
}
