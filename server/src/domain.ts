/** Everything in a hub that knows no socket: one of each, and what one does when another changes. */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import { LocalAuth } from './auth/local.ts';
import { newSecret } from './auth/secret.ts';
import { Tickets } from './auth/tickets.ts';
import type { Backplane, HubCard } from './backplane/index.ts';
import { ControlHost } from './control/host.ts';
import { HubEvents } from './events.ts';
import { createNetwork } from './network.ts';
import { ProviderCredentials } from './provider/credentials.ts';
import { Presence } from './provider/presence.ts';
import { Providers } from './provider/providers.ts';
import type { RelayMeter } from './relay/index.ts';
import type { SocketMeter } from './sockets/index.ts';
import type { Store } from './store/store.ts';
import { Census } from './vm/census.ts';
import { takesRoom } from './vm/lifecycle.ts';
import { Placer } from './vm/placer.ts';
import { Reports } from './vm/reports.ts';
import { Terminals } from './vm/terminals.ts';
import { VmViews } from './vm/view.ts';
import { Vms } from './vm/vms.ts';
import { VmWriter } from './vm/writer.ts';

export interface DomainOptions {
  store: Store;
  backplane: Backplane;
  clock: Clock;
  /** Milliseconds since 1970. */
  now: () => number;
  log: Logger;
  defaultImage: string;
  meter: RelayMeter & SocketMeter;
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
  const tickets = new Tickets(now);
  const credentials = new ProviderCredentials(store, now);
  const presence = new Presence(clock, (providerId, silence) =>
    run(
      'provider',
      silence === 'same' ? providers.changed(providerId) : providers.silenceChanged(providerId),
    ),
  );
  const providers = new Providers({ store, auth, presence, events, log, now });
  const writer = new VmWriter({ store, events, log, now });
  const placer = new Placer({ store, presence, writer });
  const vms = new Vms({ store, writer, placer, now, defaultImage });
  const views = new VmViews(store, presence);
  const reports = new Reports(store, writer);
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
      presence.disconnected(providerId);
      control.retire(providerId);
    },
  });
  const terminals = new Terminals({
    vms,
    presence,
    tickets,
    agent: (providerId) => agents.of(providerId),
  });

  events.on('vm', (vm) => {
    if (vm.providerId !== null) control.ordersChanged(vm.providerId);
    // It waits for room, or has made some.
    if (!takesRoom(vm.phase)) run('placer', placer.run());
  });
  // Came, or told its room.
  events.on('provider', () => run('placer', placer.run()));

  /** Work that nobody waits for; a failure is a defect or a broken store, and must be seen. */
  function run(what: string, work: Promise<void>): void {
    work.catch((error: unknown) => log.error({ err: error, what }, 'background work failed'));
  }

  return {
    news: (text: string) => events.news(text),
    interrupted: () => events.interrupted(),
    events,
    auth,
    tickets,
    credentials,
    presence,
    providers,
    placer,
    vms,
    views,
    reports,
    control,
    relay,
    hubs,
    terminals,
    census,
    run,
  };
}
