/**
 * Connects consumers, providers and other hubs to one another. Creates the relay, the connections (legs) to
 * other hubs, and the calls to agents.
 */
import { ChannelKind, type Clock, type FrameOf, type FrameType, type Leg } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Backplane, HubCard } from '../backplane/index.ts';
import { Agents, type ControlHost } from '../control/index.ts';
import type { HubEvents } from '../events/index.ts';
import { HubCalls, type HubMeter, Hubs } from '../hubs/index.ts';
import { type Authoriser, Relay, type RelayMeter } from '../relay/index.ts';
import type { SocketMeter } from '../sockets/index.ts';

export interface NetworkOptions extends Authoriser {
  backplane: Backplane;
  events: HubEvents;
  control: ControlHost;
  clock: Clock;
  log: Logger;
  meter: RelayMeter & SocketMeter & HubMeter;
  /** The data that this hub announces about itself to other hubs. */
  card: Omit<HubCard, 'hub'>;
  /**
   * Returns the key that signs the hubs' tokens, by which hubs recognise each other. All hubs of the
   * deployment share this key, and no other program knows it.
   */
  secret(): Promise<Uint8Array>;
  /** Maximum number of bytes that the whole hub may queue for peers that do not read. */
  queueBytes: number;
  /** Called when a provider that was connected to this hub has connected to another hub. */
  moved(providerId: string): void;
}

export class Network {
  readonly relay: Relay;
  readonly hubs: Hubs;
  readonly agents: Agents;
  readonly #calls: HubCalls;
  readonly #moved: (providerId: string) => void;

  constructor(options: NetworkOptions) {
    const { events, control, clock, log, moved } = options;
    const here = (providerId: string) => control.agent(providerId);
    this.#moved = moved;
    this.#calls = new HubCalls({ clock, log, agent: here });
    this.hubs = new Hubs({
      ...options,
      opened: (leg, open) => this.#opened(leg, open),
      here: (providerId, connSeq) => events.tell('route', { providerId, connSeq }),
      elsewhere: (providerId, connSeq) => this.#elsewhere(providerId, connSeq),
      seek: (providerId) => events.tell('seek', { providerId }),
    });
    this.relay = new Relay({ ...options, elsewhere: this.hubs });
    this.agents = new Agents({
      reach: (providerId, waitMs) => this.relay.reach(providerId, waitMs),
      here,
      there: (leg, providerId) => this.#calls.agent(leg, providerId),
    });
    // A hub sends this event to all hubs, including itself, when a provider connects to it. Channels that
    // wait for the provider can then continue at every hub.
    events.on('route', ({ providerId, connSeq }) => this.#elsewhere(providerId, connSeq));
    events.on('seek', ({ providerId }) => this.hubs.sought(providerId));
    events.on('interrupted', () => {
      this.hubs.interrupted();
      this.relay.routes.lookAgain();
    });
  }

  /**
   * Handles a channel that another hub opens. The channel carries either calls to an agent, or a consumer's
   * data to a provider.
   */
  #opened(leg: Leg, open: FrameOf<typeof FrameType.OPEN>): void {
    if (open.kind === ChannelKind.control) this.#calls.opened(leg, open);
    else this.relay.openFrom(leg, open);
  }

  #elsewhere(providerId: string, connSeq: number): void {
    if (this.relay.routes.elsewhere(providerId, connSeq)) this.#moved(providerId);
  }
}
