/**
 * Creates all parts of a hub except its sockets and its HTTP server. Connects the parts that react to one
 * another.
 */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import { type LocalAuth, newSecret, Sessions, Tickets } from '../auth/index.ts';
import type { Backplane, HubCard } from '../backplane/index.ts';
import { ControlHost } from '../control/index.ts';
import type { Announcer, CloudDesktops } from '../desktop/index.ts';
import { HubEvents } from '../events/index.ts';
import type { HubMeter } from '../hubs/index.ts';
import { ProviderCredentials } from '../provider/index.ts';
import type { RelayMeter } from '../relay/index.ts';
import type { SocketMeter } from '../sockets/index.ts';
import type { Store } from '../store/index.ts';
import { Census, orderOf, Terminals, takesRoom } from '../vm/index.ts';
import { createDesktopParts, type DesktopSettings } from './desktop-parts.ts';
import { Network } from './network.ts';
import { createProviderParts } from './provider-parts.ts';
import { createVmParts } from './vm-parts.ts';

export interface DomainOptions {
  store: Store;
  auth: LocalAuth;
  backplane: Backplane;
  clock: Clock;
  /** Milliseconds since 1970. */
  now: () => number;
  log: Logger;
  defaultImage: string;
  desktops: DesktopSettings;
  meter: RelayMeter & SocketMeter & HubMeter;
  /** Maximum number of bytes that the whole hub may queue for peers that do not read. */
  queueBytes: number;
  /** The data that this hub announces about itself to other hubs. */
  card: Omit<HubCard, 'hub'>;
}

export type Domain = ReturnType<typeof createDomain>;

export function createDomain(options: DomainOptions) {
  const { store, auth, backplane, clock, now, log, card } = options;
  const events = new HubEvents(backplane, log);
  const census = new Census(store, events, clock);
  const sessions = new Sessions(auth, backplane, events, clock);
  const tickets = new Tickets({ backplane, clock, now, ended: (sessionId) => sessions.ended(sessionId) });
  const ofProviders = createProviderParts({ ...options, events, census, region: card.region });
  const { presence, providers, silence } = ofProviders;
  const ofVms = createVmParts({ ...options, events, presence });
  const { placer, reports, access, periodicWork } = ofVms;
  const agent = (providerId: string) => network.agents.of(providerId);
  const ofDesktops = createDesktopParts({ ...options, events, presence, sessions, tickets, agent });
  const { desktopReports, desktopAccess, desktopPlacer, desktopChores, cloudDesktops } = ofDesktops;
  const control = new ControlHost({
    clock,
    log,
    report: (providerId, report) => reports.take(providerId, report),
    orders: (providerId, strays) => reports.orders(providerId, strays),
    desktops: {
      report: (providerId, report) => desktopReports.take(providerId, report),
      orders: (providerId, strays) => desktopReports.orders(providerId, strays),
    },
  });
  const network = new Network({
    ...options,
    events,
    control,
    secret: async () => Buffer.from(await store.meta('hubSecret', newSecret), 'base64url'),
    async authorise({ userId }, vmId) {
      const { providerId, gen } = await access.authorise(userId, vmId);
      return { providerId, gen, rights: 'write' };
    },
    async authoriseDesktop({ userId, desktop }, sessionId, kind) {
      const guest = desktop?.guest ?? false;
      const { providerId, attempt } = guest
        ? await desktopAccess.authoriseGuest(userId, sessionId, kind)
        : await desktopAccess.authorise(userId, sessionId);
      return { providerId, attempt, rights: guest ? 'read' : 'write', guest };
    },
    moved(providerId) {
      presence.moved(providerId);
      control.retire(providerId);
    },
  });
  const { relay, hubs } = network;
  const run = (what: string, work: Promise<void>) => inBackground(log, what, work);
  const place = () => run('placer', placer.run());
  const placeDesktops = () => run('desktops', desktopPlacer.placeWaiting());
  presence.onArrived((providerId, about, wasSilent) => {
    run('provider', providers.arrived(providerId, about, wasSilent));
    place();
    if (about.desktops !== null) placeDesktops();
  });
  reactToVms({ events, control, place });
  reactToDesktops({ events, control, announcer: ofDesktops.announcer, cloud: cloudDesktops, run });
  return {
    ...ofProviders,
    ...ofVms,
    ...ofDesktops,
    events,
    census,
    auth,
    sessions,
    tickets,
    credentials: new ProviderCredentials(store, backplane, clock, now),
    control,
    relay,
    hubs,
    terminals: new Terminals({ access, presence, tickets, agent }),
    run,
    /** Handles an event that another hub published. */
    news: (text: string) => events.news(text),
    /** Called when events of other hubs may have been lost, or when the backplane may have lost its data. */
    interrupted() {
      presence.interrupted();
      silence.interrupted();
      events.interrupted();
    },
    /** Begins all periodic work. */
    start() {
      for (const part of [presence, silence, periodicWork, desktopChores]) part.start();
      place();
    },
    async stop() {
      for (const part of [presence, silence, periodicWork, desktopChores]) part.stop();
      control.close();
      await cloudDesktops?.stop();
      await hubs.stop();
    },
  };
}

interface VmReaction {
  events: HubEvents;
  control: ControlHost;
  /** Tries to place the waiting VMs on providers that have enough free cores and memory. */
  place(): void;
}

function reactToVms({ events, control, place }: VmReaction): void {
  events.on('vm', (vm, here) => {
    // Any hub may have changed this VM. The hub that has the control channel to the VM's agent sends the
    // changed order (the desired state of the VM) to the agent.
    if (vm.providerId !== null) control.ordersChanged(vm.providerId, orderOf(vm));
    // The VM uses no cores or memory of a provider now. If the VM waits for a provider, the hub tries to find
    // one for it. If the VM has just freed resources, another waiting VM may get them.
    if (here && !takesRoom(vm.phase)) place();
  });
  events.on('interrupted', () => control.checkOrders());
}

interface DesktopReaction {
  events: HubEvents;
  control: ControlHost;
  announcer: Announcer;
  cloud: CloudDesktops | undefined;
  run(what: string, work: Promise<void>): void;
}

function reactToDesktops({ events, control, announcer, cloud, run }: DesktopReaction): void {
  events.on('desktop', (row, here) => {
    if (row.providerId !== null) control.desktopOrdersChanged(row.providerId);
    if (!here) return;
    run('announcer', announcer.announce(row));
    cloud?.look(row.sessionId);
  });
}

/**
 * Logs an error of background work. No caller awaits background work, so the error would otherwise stay
 * unnoticed.
 */
function inBackground(log: Logger, what: string, work: Promise<void>): void {
  work.catch((error: unknown) => log.error({ err: error, what }, 'background work failed'));
}
