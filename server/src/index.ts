/** The exports of the hub for other workspaces: the type of its API, and local sign-in for scripts. */
export type { AppRouter } from './api/index.ts';
export { type OpenedAuth, openLocalAuth } from './auth/index.ts';
