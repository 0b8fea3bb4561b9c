/** What other workspaces use of the hub: the type of its API, and local sign-in for scripts. */
export type { AppRouter } from './api/index.ts';
export { type OpenedAuth, openLocalAuth } from './auth/index.ts';
