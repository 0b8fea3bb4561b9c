/**
 * Creates the parts of a hub that track providers: which providers are reachable, which have become silent,
 * and how clients see them.
 */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { LocalAuth } from '../auth/index.ts';
import type { Backplane } from '../backplane/index.ts';
import type { HubEvents } from '../events/index.ts';
import { GracePeriod, Loads, Presence, Providers, Silence } from '../provider/index.ts';
import type { Store } from '../store/index.ts';
import type { Census } from '../vm/index.ts';

export interface ProviderPartsOptions {
  store: Store;
  backplane: Backplane;
  clock: Clock;
  /** Milliseconds since 1970. */
  now: () => number;
  log: Logger;
  auth: LocalAuth;
  events: HubEvents;
  census: Census;
  /** Where this hub is. */
  region: string | null;
}

export function createProviderParts(options: ProviderPartsOptions) {
  const { store, backplane, clock, now, log, auth, events, census, region } = options;
  const grace = new GracePeriod(backplane, clock);
  const presence = new Presence({ region, backplane, clock, grace, log });
  const providers = new Providers({ store, auth, presence, census, events, log, now });
  const silence = new Silence({
    backplane,
    presence,
    grace,
    clock,
    log,
    seen: () => providers.seen(),
    began: (providerId, silentMs) => providers.fellSilent(providerId, silentMs),
  });
  const loads = new Loads(presence, clock, log);
  return { presence, providers, silence, loads };
}
