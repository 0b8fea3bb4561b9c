/**
 * Creates the services that the API procedures call. They return VMs and providers in the form that clients
 * see, and limit the number of calls per client address.
 */
import type { Services } from '../api/index.ts';
import { GUESTS_PER_MINUTE, Limit, PROOFS_PER_MINUTE } from '../auth/index.ts';
import type { Backplane } from '../backplane/index.ts';
import { sessionOf, viewReceipt } from '../desktop/index.ts';
import type { Regions } from '../hubs/index.ts';
import { Watch } from '../watch/index.ts';
import type { Domain } from './domain.ts';

export interface ServiceDeps {
  backplane: Backplane;
  regions: Regions;
  system: Services['system'];
}

export function createServices(domain: Domain, { backplane, regions, system }: ServiceDeps): Services {
  const { vms, views, terminals, providers, credentials, tickets } = domain;
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
    desktops: desktopService(domain),
    credentials,
    boot: (wish) => domain.desktopBoot.boot(wish),
    watch: new Watch(domain),
    tickets,
    regions,
    joinLimit: new Limit(backplane, 'tries to join'),
    proofLimit: new Limit(backplane, 'calls of agents', PROOFS_PER_MINUTE),
    guestLimit: new Limit(backplane, 'uses of share links', GUESTS_PER_MINUTE),
    system,
  };
}

/** Number of receipts that a user sees. */
const RECEIPTS = 100;

function desktopService(domain: Domain): Services['desktops'] {
  const { desktops, desktopConnections, desktopShares: shares, desktopViews: views } = domain;
  const service: Omit<Services['desktops'], 'restCreate' | 'restSession' | 'restEnd'> = {
    create: async (userId, wish, url) => views.one(await desktops.create(userId, wish), url),
    session: async (userId, url) => views.one(await desktops.session(userId), url),
    end: async (userId, sessionId, url) => views.one(await desktops.end(userId, sessionId), url),
    extend: async (userId, sessionId, url) => views.one(await desktops.extend(userId, sessionId), url),
    connect: (caller, wish, url) => desktopConnections.connect(caller, wish, url),
    share: (userId, sessionId, url) => shares.share(userId, sessionId, url.replace(/^ws/, 'http')),
    unshare: async (userId, sessionId, url) => views.one(await shares.unshare(userId, sessionId), url),
    guest: (wish, url) => shares.enter(wish, url),
    control: (userId, wish) => desktopConnections.control(userId, wish),
    screenshot: (userId, sessionId) => desktopConnections.screenshot(userId, sessionId),
    receipts: async (userId) => (await desktops.receipts(userId, RECEIPTS)).map(viewReceipt),
  };
  return {
    ...service,
    restCreate: async (userId, wish, url) => sessionOf(await service.create(userId, wish, url)),
    restSession: async (userId, url) => sessionOf(await service.session(userId, url)),
    restEnd: async (userId, sessionId, url) => sessionOf(await service.end(userId, sessionId, url)),
  };
}
