/**
 * A hub process for the bench. Sockets, relay and legs to other hubs are the product's; authentication is a stub that takes
 * any token as a user's name. Arguments: URL of a Redis shared with another hub, if any, and 'direct' to link hubs by socket.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@unicore/protocol';
import { openBackplane } from '@unicore/server/backplane';
import { Hubs } from '@unicore/server/hubs';
import { createMetrics } from '@unicore/server/metrics';
import { NOWHERE_ELSE, Relay } from '@unicore/server/relay';
import { attachSockets } from '@unicore/server/sockets';
import { pino } from 'pino';
import { serve } from '../../../testing/processes/child.ts';
import { type ResidentCalls, resident } from '../../memory/resident.ts';

export const PROVIDER = 'bench';

export type HubCalls = ResidentCalls;

/** A hub's default limit of queued bytes. */
const QUEUE_BYTES = 256 * 1024 * 1024;

const log = pino({ level: 'silent' });
const metrics = createMetrics({
  phases: async () => new Map(),
  backplaneUp: async () => true,
  waiting: () => new Map(),
  queueBytes: QUEUE_BYTES,
  draining: () => false,
});
const identity = (name: string) => ({ userId: name, sessionId: name });
const [redisUrl, way] = process.argv.slice(2);
const server = createServer();
const listening = Promise.withResolvers<void>();
server.listen(0, '127.0.0.1', listening.resolve);
await listening.promise;
const { port } = server.address() as AddressInfo;

const backplane = redisUrl === undefined ? undefined : openBackplane({ redisUrl }, systemClock, log);
const hubs =
  backplane &&
  new Hubs({
    backplane,
    clock: systemClock,
    log,
    meter: metrics,
    card: { peerUrl: way === 'direct' ? `ws://127.0.0.1:${port}` : null, publicUrl: null, region: null },
    secret: async () => Buffer.from('bench'),
    opened: (leg, open) => relay.openFrom(leg, open),
    here() {},
    elsewhere() {},
    seek() {},
  });
const relay: Relay = new Relay({
  clock: systemClock,
  log,
  meter: metrics,
  queueBytes: QUEUE_BYTES,
  elsewhere: hubs ?? NOWHERE_ELSE,
  authorise: async () => ({ providerId: PROVIDER, gen: 1, rights: 'write' }),
});
await backplane?.start({ mail: (bytes) => hubs!.mail(bytes), news() {}, interrupted() {} });
await hubs?.start();

attachSockets(server, {
  clock: systemClock,
  log,
  meter: metrics,
  relay,
  hubs: hubs?.sockets,
  addressOf: ({ socket }) => socket.remoteAddress ?? '',
  rotateMs: 3_000_000,
  hub: { hubId: 'bench', version: '0.0.0' },
  providers: { connected() {}, heard() {}, beat() {}, disconnected() {} },
  auth: {
    allowedOrigin: () => false,
    session: async () => undefined,
    bearer: async (token) => identity(token),
    provider: async () => PROVIDER,
    consumerTicket: async () => undefined,
    redeemTicket: async () => undefined,
  },
});

const calls: HubCalls = { port: async () => port, resident };
serve(calls);
