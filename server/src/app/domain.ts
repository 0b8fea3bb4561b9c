/** Everything in a hub that knows no socket: one of each, and what one does when another changes. */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import { LocalAuth } from '../auth/local-auth.ts';
import { newSecret } from '../auth/secret.ts';
import { Sessions } from '../auth/sessions.ts';
import { Tickets } from '../auth/tickets.ts';
import type { Backplane, HubCard } from '../backplane/index.ts';
import { ControlHost } from '../control/host.ts';
import { HubEvents } from '../events.ts';
import type { HubMeter } from '../hubs/index.ts';
import { ProviderCredentials } from '../provider/credentials.ts';
import { GracePeriod } from '../provider/grace-period.ts';
import { Loads } from '../provider/loads.ts';
import { Presence } from '../provider/presence.ts';
import { Providers } from '../provider/providers.ts';
import { Silence } from '../provider/silence.ts';
import type { RelayMeter } from '../relay/index.ts';
import type { SocketMeter } from '../sockets/index.ts';
import type { Store } from '../store/store.ts';
import { Census } from '../vm/census.ts';
import { takesRoom } from '../vm/lifecycle.ts';
import { PeriodicWork } from '../vm/periodic-work.ts';
import { Placer } from '../vm/placer.ts';
import { orderOf, Reports } from '../vm/reports.ts';
import { Terminals } from '../vm/terminals.ts';
import { VmViews } from '../vm/view.ts';
import { Vms } from '../vm/vms.ts';
import { VmWriter } from '../vm/writer.ts';
import { createNetwork } from './network.ts';

export interface DomainOptions {
  store: Store;
  backplane: Backplane;
  clock: Clock;
  /** Milliseconds since 1970. */
  now: () => number;
  log: Logger;
  defaultImage: string;
  meter: RelayMeter & SocketMeter & HubMeter;
  /** What may wait in the whole hub for peers that do not read, bytes. */
  queueBytes: number;
  /** What this hub says to others of itself. */
  card: Omit<HubCard, 'hub'>;
}

export type Domain = ReturnType<typeof createDomain>;

export function createDomain(options: DomainOptions) {
  const { store, backplane, clock, now, log, defaultImage } = options;
  const events = new HubEvents(backplane, log);
  const census = new Census(store, events, clock);
  const auth = new LocalAuth(store, now);
  const sessions = new Sessions(auth, backplane, events, clock);
  const tickets = new Tickets({ backplane, clock, now, ended: (sessionId) => sessions.ended(sessionId) });
  const credentials = new ProviderCredentials(store, backplane, clock, now);
  const grace = new GracePeriod(backplane, clock);
  const presence = new Presence({
    region: options.card.region,
    backplane,
    clock,
    grace,
    log,
    arrived(providerId, about, wasSilent) {
      run('provider', providers.arrived(providerId, about, wasSilent));
      run('placer', placer.run());
    },
  });
  const silence = new Silence({
    backplane,
    presence,
    grace,
    clock,
    log,
    seen: () => providers.seen(),
    began: (providerId, silentMs) => providers.fellSilent(providerId, silentMs),
  });
  const providers = new Providers({ store, auth, presence, census, events, log, now });
  const loads = new Loads(presence, clock, log);
  const writer = new VmWriter({ store, events, log, now });
  const placer = new Placer({ store, backplane, clock, presence, writer });
  const periodicWork = new PeriodicWork({ store, backplane, events, placer, clock, log, now });
  const vms = new Vms({ store, writer, placer, now, defaultImage });
  const views = new VmViews(store, presence);
  const reports = new Reports(store, events, writer);
  const control = new ControlHost({
    clock,
    log,
    report: (providerId, report) => reports.take(providerId, report),
    orders: (providerId, strays) => reports.orders(providerId, strays),
  });
  const { relay, hubs, agents } = createNetwork({
    ...options,
    events,
    control,
    secret: async () => Buffer.from(await store.meta('hubSecret', newSecret), 'base64url'),
    async authorise({ userId }, vmId) {
      const { providerId, gen } = await terminals.authorise(userId, vmId);
      return { providerId, gen, rights: 'write' };
    },
    moved(providerId) {
      presence.moved(providerId);
      control.retire(providerId);
    },
  });
  const terminals = new Terminals({
    vms,
    presence,
    tickets,
    agent: (providerId) => agents.of(providerId),
  });

  events.on('vm', (vm, here) => {
    // Whichever hub changed it, the one that has its agent says so to that.
    if (vm.providerId !== null) control.ordersChanged(vm.providerId, orderOf(vm));
    // It waits for room, or has made some.
    if (here && !takesRoom(vm.phase)) run('placer', placer.run());
  });
  events.on('interrupted', () => control.checkOrders());

  /** Work that nobody waits for; a failure is a defect or a broken store, and must be seen. */
  function run(what: string, work: Promise<void>): void {
    work.catch((error: unknown) => log.error({ err: error, what }, 'background work failed'));
  }

  return {
    events,
    census,
    auth,
    sessions,
    tickets,
    credentials,
    presence,
    providers,
    loads,
    placer,
    vms,
    views,
    reports,
    control,
    relay,
    hubs,
    terminals,
    run,
    /** What another hub told. */
    news: (text: string) => events.news(text),
    /** For a while news may have been lost, or what hubs share may be gone. */
    interrupted() {
      presence.interrupted();
      silence.interrupted();
      events.interrupted();
    },
    /** Does by itself from now on what nobody asks for. */
    start() {
      presence.start();
      silence.start();
      periodicWork.start();
      run('placer', placer.run());
    },
    async stop() {
      presence.stop();
      silence.stop();
      periodicWork.stop();
      control.close();
      await hubs.stop();
    },
  };
}
