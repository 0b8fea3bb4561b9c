/**
 * A hub process for the benchmark. Sockets, relay and connections to other hubs are the product's real code.
 * Only the login is simplified: a bearer token contains the user's name, and one provider serves all
 * terminals. With another hub, the first command-line argument is the URL of the Redis that both hubs share.
 * The second is 'direct' if the hubs send bytes directly over a socket.
 */
import { systemClock } from '@unicore/protocol';
import { openBackplane } from '@unicore/server/backplane';
import { createMetrics } from '@unicore/server/metrics';
import { startTestHub } from '@unicore/server/testing';
import { pino } from 'pino';
import { serve } from '../../../testing/processes/child.ts';
import { type ResidentCalls, resident } from '../../memory/resident.ts';

export type HubCalls = ResidentCalls;

/**
 * Maximum number of bytes that may wait in the whole hub for slow receivers. A real hub has the same default.
 */
const QUEUE_BYTES = 256 * 1024 * 1024;

const [redisUrl, way] = process.argv.slice(2);
const hub = await startTestHub({
  ...(redisUrl !== undefined && {
    backplane: await openBackplane({ redisUrl }, systemClock, pino({ level: 'silent' })),
  }),
  direct: way === 'direct',
  queueBytes: QUEUE_BYTES,
  meter: createMetrics({
    phases: async () => new Map(),
    backplaneUp: async () => true,
    waiting: () => new Map(),
    queueBytes: QUEUE_BYTES,
    draining: () => false,
  }),
  providers: { connected() {}, heard() {}, beat() {}, disconnected() {} },
  authorise: async () => ({ providerId: 'bench', gen: 1, rights: 'write' }),
});

const calls: HubCalls = { port: async () => Number(new URL(hub.url).port), resident };
serve(calls);
