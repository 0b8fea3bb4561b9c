/** A hub of which sockets and relay are the product's: only who is who is made up, any token is the user of its name. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@unicore/protocol';
import { pino } from 'pino';
import { createMetrics } from '../../../../server/src/metrics.ts';
import { NOWHERE_ELSE, Relay } from '../../../../server/src/relay/index.ts';
import { attachSockets } from '../../../../server/src/sockets/index.ts';
import { serve } from '../../lib/child.ts';
import { type ResidentCalls, resident } from '../../memory/resident.ts';

export const PROVIDER = 'bench';

export type HubCalls = ResidentCalls;

const log = pino({ level: 'silent' });
const metrics = createMetrics({ phases: async () => new Map(), backplaneUp: async () => true });
const identity = (name: string) => ({ userId: name, sessionId: name });
const server = createServer();

attachSockets(server, {
  clock: systemClock,
  log,
  meter: metrics,
  relay: new Relay({
    clock: systemClock,
    log,
    meter: metrics,
    queueBytes: 256 * 1024 * 1024,
    elsewhere: NOWHERE_ELSE,
    authorise: async () => ({ providerId: PROVIDER, gen: 1, rights: 'write' }),
  }),
  addressOf: ({ socket }) => socket.remoteAddress ?? '',
  rotateMs: 3_000_000,
  hub: { hubId: 'bench', version: '0.0.0' },
  providers: { connected() {}, heard() {}, beat() {}, disconnected() {} },
  auth: {
    allowedOrigin: () => false,
    session: async () => undefined,
    bearer: async (token) => identity(token),
    provider: async () => PROVIDER,
    redeemTicket: async () => undefined,
  },
});
const listening = Promise.withResolvers<number>();
server.listen(0, '127.0.0.1', () => listening.resolve((server.address() as AddressInfo).port));

const calls: HubCalls = { port: () => listening.promise, resident };
serve(calls);
