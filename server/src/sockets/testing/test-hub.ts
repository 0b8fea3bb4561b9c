/** A hub for tests: real sockets, relay and gateway on port 0, with users and VMs in maps. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, type ErrorCode, systemClock, UniCoreError } from '@unicore/protocol';
import { pino } from 'pino';
import type { Backplane } from '../../backplane/index.ts';
import { HubEvents } from '../../events/hub-events.ts';
import { type HubMeter, Hubs } from '../../hubs/index.ts';
import { type Identity, NOWHERE_ELSE, Relay, type RelayMeter } from '../../relay/index.ts';
import { NO_METER } from '../../testing/meter.ts';
import { attachSockets } from '../attach.ts';
import type { ProviderConnection, ProviderEvents, SocketKind, SocketMeter, Ticket } from '../deps.ts';

/** The only origin whose pages may connect. */
export const ORIGIN = 'http://localhost:7420';

export interface TestVm {
  owner: string;
  providerId: string;
  running: boolean;
}

export interface TestHub {
  url: string;
  relay: Relay;
  /** VMs by vmId. */
  vms: Map<string, TestVm>;
  /** What each ticket grants, by ticket. */
  tickets: Map<string, Ticket & { vmId: string; terminalId: string }>;
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

/**
 * rotateMs: by default longer than any test. backplane: connects this hub to others. direct: whether they may dial it,
 * or the URL at which they try. vms: the VMs that all hubs know.
 */
export async function startTestHub({
  clock = systemClock,
  rotateMs = 3_000_000,
  backplane,
  direct = false,
  vms = new Map(),
}: {
  clock?: Clock;
  rotateMs?: number;
  backplane?: Backplane;
  direct?: boolean | string;
  vms?: TestHub['vms'];
} = {}): Promise<TestHub> {
  const tickets: TestHub['tickets'] = new Map();
  const connections: ProviderConnection[] = [];
  const told: string[] = [];
  const counts = testMeter();
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
      meter: counts,
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
    meter: counts,
    queueBytes: 64 * 1024 * 1024,
    elsewhere: hubs ?? NOWHERE_ELSE,
    async authorise({ userId }, vmId) {
      const vm = vms.get(vmId);
      if (vm?.owner !== userId) throw new UniCoreError('NOT_FOUND', `There is no VM ${vmId}.`);
      if (!vm.running) throw new UniCoreError('VM_NOT_RUNNING', 'Start the VM first.');
      return { providerId: vm.providerId, gen: 1, rights: 'write' };
    },
  });
  const sockets = attachSockets(server, {
    clock,
    log,
    relay,
    hubs: hubs?.sockets,
    meter: counts,
    addressOf: (request) => request.socket.remoteAddress ?? '',
    rotateMs,
    hub: { hubId: 'hub-1', version: '0.0.0' },
    providers: testProviders(connections, told),
    auth: {
      allowedOrigin: (origin) => origin === ORIGIN,
      session: async ({ headers }) => identity(/unicore_session=(\w+)/.exec(headers.cookie ?? '')?.[1]),
      bearer: async (token) => identity(/^token-(\w+)$/.exec(token)?.[1]),
      async provider(token) {
        const id = /^agent-(\w+)$/.exec(token)?.[1];
        if (id === undefined) throw new UniCoreError('UNAUTHENTICATED', 'The token is no provider’s.');
        return id;
      },
      consumerTicket: async () => undefined,
      async redeemTicket(ticket, asked) {
        const found = tickets.get(ticket);
        tickets.delete(ticket);
        return found?.vmId === asked.vmId && found.terminalId === asked.terminalId ? found : undefined;
      },
    },
  });
  await hubs?.start();
  return {
    url,
    relay,
    vms,
    tickets,
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

/** Every user has one session, called s-NAME. */
export function identity(userId: string): Identity;
export function identity(userId: string | undefined): Identity | undefined;
export function identity(userId: string | undefined): Identity | undefined {
  return userId === undefined ? undefined : { userId, sessionId: `s-${userId}` };
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
    open: { provider: 0, consumer: 0, terminal: 0, hub: 0 },
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
