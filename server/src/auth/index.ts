/** What the outside may use of sign-in. */
export { LocalAuth } from './local-auth.ts';
export { loginLink, type OpenedAuth, openLocalAuth } from './open-local-auth.ts';
export { newId } from './secret.ts';
