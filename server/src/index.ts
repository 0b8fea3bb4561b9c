/** What the outside may use of the hub. */
export type { AppRouter } from './api/router.ts';
export { type OpenedAuth, openLocalAuth } from './auth/open-local-auth.ts';
