/** Where the store is: `sqlite` (a file in the data folder), or `firestore://PROJECT` with `/DATABASE` if it has a name. */

/** What Firestore calls the database that has no name. */
const DEFAULT_DATABASE = '(default)';
/** Ids of projects and databases: letters, digits and hyphens; some projects begin with a domain and a colon. */
const FIRESTORE =
  /^firestore:\/\/((?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{2,62})(?:\/(\(default\)|[a-z][a-z0-9-]{2,62}))?$/;

export type StoreAddress = { kind: 'sqlite' } | { kind: 'firestore'; projectId: string; databaseId: string };

export const STORE_FORMS = 'sqlite, firestore://PROJECT or firestore://PROJECT/DATABASE';

/** Undefined if it is none of STORE_FORMS. */
export function parseStoreAddress(text: string): StoreAddress | undefined {
  if (text === 'sqlite') return { kind: 'sqlite' };
  const [, projectId, databaseId = DEFAULT_DATABASE] = FIRESTORE.exec(text) ?? [];
  return projectId === undefined ? undefined : { kind: 'firestore', projectId, databaseId };
}
