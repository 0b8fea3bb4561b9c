/** A hub for tests: real sockets, relay and gateway on port 0, with users and VMs in maps. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, type ErrorCode, systemClock } from '@unicore/protocol';
import { pino } from 'pino';
import type { Backplane } from '../../backplane/index.ts';
import { HubEvents } from '../../events/hub-events.ts';
import { type HubMeter, Hubs } from '../../hubs/index.ts';
import { NOWHERE_ELSE, Relay, type RelayDeps, type RelayMeter } from '../../relay/index.ts';
import { NO_METER } from '../../testing/meter.ts';
import { attachSockets } from '../attach.ts';
import type {
  DesktopTicket,
  ProviderConnection,
  ProviderEvents,
  SocketKind,
  SocketMeter,
  Ticket,
} from '../deps.ts';
import { desktopRightsIn, rightsIn, type TestDesktop, type TestVm, testAuth } from './auth.ts';

export { identity, ORIGIN } from './auth.ts';

export interface TestHub {
  url: string;
  relay: Relay;
  /** VMs by vmId. */
  vms: Map<string, TestVm>;
  /** Desktops by the id of their session. */
  desktops: Map<string, TestDesktop>;
  /** What each ticket grants, by ticket. */
  tickets: Map<string, Ticket & { vmId: string; terminalId: string }>;
  /** The same for desktops. */
  desktopTickets: Map<string, DesktopTicket & { kind: 'vnc' | 'cdp'; sessionId: string }>;
  connections: ProviderConnection[];
  /** Calls of the provider registry, such as 'heard p1'. */
  told: string[];
  counts: TestMeter;
  /** Asks all peers to move to another hub within `ms`. */
  drain(ms: number): Promise<void>;
  stop(): Promise<void>;
}

interface TestMeter extends RelayMeter, SocketMeter, HubMeter {
  joined: number;
  frames: number;
  refusals: ErrorCode[];
  open: Record<SocketKind, number>;
  closes: string[];
}

export interface TestHubOptions {
  clock?: Clock;
  /** Age at which sockets are replaced, ms. The default is longer than any test. */
  rotateMs?: number;
  /** The backplane, if the test runs several hubs. */
  backplane?: Backplane;
  /** If set, other hubs may connect to this hub directly. A string is the address that they use. */
  direct?: boolean | string;
  /** The VMs, if several hubs of a test share them. */
  vms?: TestHub['vms'];
  /** Replaces the hub's own metrics. */
  meter?: RelayMeter & SocketMeter & HubMeter;
  /** Replaces the list that records the calls of the provider registry. */
  providers?: ProviderEvents;
  /** Replaces the check that looks up `vms`. */
  authorise?: RelayDeps['authorise'];
  /** Replaces the check that looks up `desktops`. */
  authoriseDesktop?: RelayDeps['authoriseDesktop'];
  queueBytes?: number;
}

export async function startTestHub(options: TestHubOptions = {}): Promise<TestHub> {
  const { clock = systemClock, rotateMs = 3_000_000, backplane, direct = false, vms = new Map() } = options;
  const tickets: TestHub['tickets'] = new Map();
  const desktopTickets: TestHub['desktopTickets'] = new Map();
  const desktops: TestHub['desktops'] = new Map();
  const connections: ProviderConnection[] = [];
  const told: string[] = [];
  const counts = testMeter();
  const meter = options.meter ?? counts;
  const log = pino({ level: 'silent' });
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const elsewhere = (providerId: string, connSeq: number) => {
    relay.routes.elsewhere(providerId, connSeq);
  };
  const events = backplane && new HubEvents(backplane, log);
  const hubs =
    backplane &&
    new Hubs({
      backplane,
      clock,
      log,
      meter,
      card: { peerUrl: direct === true ? url : direct || null, publicUrl: null, region: null },
      secret: async () => Buffer.from('a secret of the hubs'),
      opened: (leg, open) => relay.openFrom(leg, open),
      here: (providerId, connSeq) => events!.tell('route', { providerId, connSeq }),
      elsewhere,
      seek: (providerId) => events!.tell('seek', { providerId }),
    });
  events?.on('seek', ({ providerId }) => hubs!.sought(providerId));
  events?.on('route', ({ providerId, connSeq }) => elsewhere(providerId, connSeq));
  await backplane?.start({
    mail: (bytes) => hubs!.mail(bytes),
    news: (text) => events!.news(text),
    interrupted() {
      hubs!.interrupted();
      relay.routes.lookAgain();
    },
  });
  const relay: Relay = new Relay({
    clock,
    log,
    meter,
    queueBytes: options.queueBytes ?? 64 * 1024 * 1024,
    elsewhere: hubs ?? NOWHERE_ELSE,
    authorise: options.authorise ?? rightsIn(vms),
    authoriseDesktop: options.authoriseDesktop ?? desktopRightsIn(desktops),
  });
  const sockets = attachSockets(server, {
    clock,
    log,
    relay,
    hubs: hubs?.sockets,
    meter,
    addressOf: (request) => request.socket.remoteAddress ?? '',
    rotateMs,
    hub: { hubId: 'hub-1', version: '0.0.0' },
    providers: options.providers ?? testProviders(connections, told),
    auth: testAuth(
      async (ticket, asked) => {
        const found = tickets.get(ticket);
        tickets.delete(ticket);
        return found?.vmId === asked.vmId && found.terminalId === asked.terminalId ? found : undefined;
      },
      async (ticket, asked) => {
        const found = desktopTickets.get(ticket);
        desktopTickets.delete(ticket);
        return found?.kind === asked.kind && found.sessionId === asked.sessionId ? found : undefined;
      },
    ),
  });
  await hubs?.start();
  return {
    url,
    relay,
    vms,
    desktops,
    tickets,
    desktopTickets,
    connections,
    told,
    counts,
    drain: (ms) => sockets.drain(ms),
    async stop() {
      await sockets.stop();
      await hubs?.stop();
      await backplane?.close();
      await new Promise((done) => server.close(done));
    },
  };
}

function testProviders(connections: ProviderConnection[], told: string[]): ProviderEvents {
  return {
    connected: (connection) => {
      connections.push(connection);
      told.push(`connected ${connection.providerId}`);
    },
    heard: (providerId) => told.push(`heard ${providerId}`),
    beat: (providerId, { cpu }) => told.push(`beat ${providerId} ${cpu}`),
    disconnected: (providerId, code) => told.push(`disconnected ${providerId} ${code}`),
  };
}

function testMeter(): TestMeter {
  const meter: TestMeter = {
    joined: 0,
    frames: 0,
    refusals: [],
    open: { provider: 0, consumer: 0, terminal: 0, vnc: 0, cdp: 0, hub: 0 },
    closes: [],
    ...NO_METER,
    channels(_, change) {
      meter.joined += change;
    },
    forwarded() {
      meter.frames++;
    },
    refused: (code) => meter.refusals.push(code),
    opened(kind) {
      meter.open[kind]++;
    },
    closed(kind, code) {
      meter.open[kind]--;
      meter.closes.push(`${kind} ${code}`);
    },
  };
  return meter;
}
