/**
 * Creates the services that the API procedures call. They return VMs and providers in the form that clients
 * see, and limit the number of calls per client address.
 */
import type { Services } from '../api/index.ts';
import { Limit, PROOFS_PER_MINUTE } from '../auth/index.ts';
import type { Backplane } from '../backplane/index.ts';
import type { Regions } from '../hubs/index.ts';
import { Watch } from '../watch/index.ts';
import type { Domain } from './domain.ts';

export interface ServiceDeps {
  backplane: Backplane;
  regions: Regions;
  system: Services['system'];
}

export function createServices(domain: Domain, { backplane, regions, system }: ServiceDeps): Services {
  const { events, vms, views, terminals, providers, credentials, loads, tickets } = domain;
  return {
    vms: {
      create: async (userId, wish) => views.one(await vms.create(userId, wish)),
      list: async (userId) => views.all(await vms.list(userId)),
      get: async (userId, vmId) => views.one(await vms.own(userId, vmId)),
      start: async (userId, vmId) => views.one(await vms.start(userId, vmId)),
      stop: async (userId, vmId) => views.one(await vms.stop(userId, vmId)),
      delete: async (userId, vmId) => views.one(await vms.delete(userId, vmId)),
      rename: async (userId, vmId, name) => views.one(await vms.rename(userId, vmId, name)),
    },
    terminals,
    providers: {
      list: async () => providers.views(await providers.list()),
      get: async (providerId) => providers.view(await providers.get(providerId)),
      joinToken: (user) => providers.joinToken(user),
      async join(wish) {
        const { providerId } = await providers.join(wish);
        return { providerId };
      },
    },
    credentials,
    watch: new Watch({ events, vms, views, providers, loads }),
    tickets,
    regions,
    joinLimit: new Limit(backplane, 'tries to join'),
    proofLimit: new Limit(backplane, 'calls of agents', PROOFS_PER_MINUTE),
    system,
  };
}
