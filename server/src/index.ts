/** What the outside may use of the hub. */
export type { AppRouter } from './api/index.ts';
export { type OpenedAuth, openLocalAuth } from './auth/index.ts';
