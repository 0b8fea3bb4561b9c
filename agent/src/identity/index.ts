/** What the outside may use of an agent's identity. */
export { Credentials } from './credentials.ts';
export { hubApi } from './hub-api.ts';
export { makeKey, ProviderKey } from './key.ts';
