/** How consumers, providers and other hubs reach one another here: the relay, the legs to other hubs, and the agents behind them. */
import { ChannelKind, type Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Backplane, HubCard } from '../backplane/index.ts';
import { Agents } from '../control/agents.ts';
import type { ControlHost } from '../control/host.ts';
import type { HubEvents } from '../events.ts';
import { HubCalls, type HubMeter, Hubs } from '../hubs/index.ts';
import { type Grant, type Identity, Relay, type RelayMeter } from '../relay/index.ts';
import type { SocketMeter } from '../sockets/index.ts';

export interface NetworkOptions {
  backplane: Backplane;
  events: HubEvents;
  control: ControlHost;
  clock: Clock;
  log: Logger;
  meter: RelayMeter & SocketMeter & HubMeter;
  /** What this hub says to others of itself. */
  card: Omit<HubCard, 'hub'>;
  /** The same at all hubs, and known to nobody else. */
  secret(): Promise<Uint8Array>;
  /** What may wait in the whole hub for peers that do not read, bytes. */
  queueBytes: number;
  authorise(who: Identity, vmId: string): Promise<Grant>;
  /** A provider that was here is connected to another hub now. */
  moved(providerId: string): void;
}

export interface Network {
  relay: Relay;
  hubs: Hubs;
  agents: Agents;
}

export function createNetwork(options: NetworkOptions): Network {
  const { events, control, clock, log, moved } = options;
  const calls = new HubCalls({ clock, log, agent: (providerId) => control.agent(providerId) });
  const hubs = new Hubs({
    ...options,
    opened: (leg, open) =>
      open.kind === ChannelKind.control ? calls.opened(leg, open) : relay.openFrom(leg, open),
    here: (providerId, connSeq) => events.tell('route', { providerId, connSeq }),
    elsewhere,
    seek: (providerId) => events.tell('seek', { providerId }),
  });
  const relay: Relay = new Relay({ ...options, elsewhere: hubs });
  const agents = new Agents({
    reach: (providerId, waitMs) => relay.reach(providerId, waitMs),
    here: (providerId) => control.agent(providerId),
    there: (leg, providerId) => calls.agent(leg, providerId),
  });

  function elsewhere(providerId: string, connSeq: number): void {
    if (relay.routes.elsewhere(providerId, connSeq)) moved(providerId);
  }

  // Also of this hub's own: whoever waits for the provider looks again.
  events.on('route', ({ providerId, connSeq }) => elsewhere(providerId, connSeq));
  events.on('seek', ({ providerId }) => hubs.sought(providerId));
  events.on('interrupted', () => {
    hubs.interrupted();
    relay.routes.lookAgain();
  });
  return { relay, hubs, agents };
}
