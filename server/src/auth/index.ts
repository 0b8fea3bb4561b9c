/** Exports users, sessions, tickets and rate limits for the rest of the hub and for scripts. */
export { GUESTS_PER_MINUTE, Limit, PROOFS_PER_MINUTE } from './limits.ts';
export { type Caller, LocalAuth } from './local-auth.ts';
export { OneTimeValues } from './one-time-values.ts';
export { loginLink, type OpenedAuth, openLocalAuth, ownerName } from './open-local-auth.ts';
export { createOrigins, type Origins } from './origins.ts';
export { hashOf, newId, newSecret } from './secret.ts';
export { Sessions } from './sessions.ts';
export { Tickets } from './tickets.ts';
