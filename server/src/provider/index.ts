/** Providers, their presence and their credentials, for the rest of the hub. */
export { ProviderCredentials } from './credentials.ts';
export { GracePeriod } from './grace-period.ts';
export { Loads } from './loads.ts';
export { type About, Presence, type Sight } from './presence.ts';
export { Providers } from './providers.ts';
export { Silence } from './silence.ts';
