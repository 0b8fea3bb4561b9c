/** What the outside may use of sign-in. */
export { LocalAuth } from './local.ts';
export { loginLink, type OpenedAuth, openLocalAuth } from './open.ts';
export { newId } from './secret.ts';
