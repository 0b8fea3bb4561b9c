/**
 * The address of the store. `sqlite` means a file in the data folder. `firestore://PROJECT` or
 * `firestore://PROJECT/DATABASE` means a Firestore database.
 */

/** The id of a project's default Firestore database, used if the address names no database. */
const DEFAULT_DATABASE = '(default)';
/**
 * Project and database ids consist of lower-case letters, digits and hyphens. Some project ids begin with a
 * domain name and a colon.
 */
const FIRESTORE =
  /^firestore:\/\/((?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{2,62})(?:\/(\(default\)|[a-z][a-z0-9-]{2,62}))?$/;

export type StoreAddress = { kind: 'sqlite' } | { kind: 'firestore'; projectId: string; databaseId: string };

export const STORE_FORMS = 'sqlite, firestore://PROJECT or firestore://PROJECT/DATABASE';

/** Parses the address of a store. Returns undefined if the text matches none of the STORE_FORMS. */
export function parseStoreAddress(text: string): StoreAddress | undefined {
  if (text === 'sqlite') return { kind: 'sqlite' };
  const [, projectId, databaseId = DEFAULT_DATABASE] = FIRESTORE.exec(text) ?? [];
  return projectId === undefined ? undefined : { kind: 'firestore', projectId, databaseId };
}
