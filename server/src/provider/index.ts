/** The public interface of the hub's code for providers, their presence and their credentials. */
export { ProviderCredentials } from './credentials.ts';
export { GracePeriod } from './grace-period.ts';
export { Loads } from './loads.ts';
export { type About, Presence, type Sight } from './presence.ts';
export { Providers } from './providers.ts';
export { Silence } from './silence.ts';
