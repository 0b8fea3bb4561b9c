/** A stream between two hubs that are far from each other, and how much of it is on its way at once. */
import { FrameType, type Leg, systemClock, WINDOWS } from '@unicore/protocol';
import { openBackplane } from '@unicore/server/backplane';
import {
  flood,
  openTerminal,
  startTestAgent,
  startTestConsumer,
  startTestHub,
  type TestHub,
} from '@unicore/server/testing';
import { RedisServer } from '@unicore/server/testing/redis';
import { pino } from 'pino';
import { longLine } from './two-regions.ts';

const FLOOD = 12 * 1024 * 1024;
const VMS: TestHub['vms'] = new Map([['vm-a', { owner: 'alice', providerId: 'p1', running: true }]]);

export interface FarStream {
  /** How the stream ended. */
  readonly code: string;
  /** Bytes that came in each round trip of the second half, in first windows. */
  readonly rate: number;
  /** The largest window that the consumer gave, in first windows. */
  readonly most: number;
}

/** Consumer at the first hub, provider at the second; direct: the hubs have sockets to one another, else Redis carries all. */

export async function farStream(roundTripMs: number, direct: boolean): Promise<FarStream> {
  const long = await longLines(roundTripMs);
  try {
    const hubs = [
      await startTestHub({
        backplane: await plane(long.redis.port),
        vms: VMS,
        direct: direct && long.toFirst.origin.replace('http', 'ws'),
      }),
      await startTestHub({
        backplane: await plane(long.toRedis.port),
        vms: VMS,
        direct: direct && long.toSecond.origin.replace('http', 'ws'),
      }),
    ] as const;
    long.toFirst.target = portOf(hubs[0]);
    long.toSecond.target = portOf(hubs[1]);
    await startTestAgent(hubs[1].url, 'p1', { program: flood(FLOOD) });
    const alice = await startTestConsumer(hubs[0].url, 'alice');
    const window = largestWindow(alice.leg);
    let [received, began] = [0, 0];
    const terminal = openTerminal({
      leg: () => alice.leg,
      open: { vmId: 'vm-a' },
      // All hubs hear of a provider a path's time after it came.
      resume: true,
      onData(bytes) {
        received += bytes.length;
        // The window has had its round trips to grow by then.
        if (began === 0 && received >= FLOOD / 2) began = performance.now();
      },
    });
    const { code } = await terminal.closed;
    const roundTrips = (performance.now() - began) / roundTripMs;
    await Promise.all(hubs.map((hub) => hub.stop()));
    return { code, rate: FLOOD / 2 / roundTrips / WINDOWS.terminal, most: window() / WINDOWS.terminal };
  } finally {
    await long.close();
  }
}

/** Of those that are said on this leg from now on, bytes. */
function largestWindow(leg: Leg): () => number {
  let most = 0;
  const send = leg.send.bind(leg);
  leg.send = (frame) => {
    if (frame.type === FrameType.ACK) most = Math.max(most, frame.limit - frame.consumed);
    send(frame);
  };
  return () => most;
}

function plane(port: number) {
  return openBackplane({ redisUrl: `redis://127.0.0.1:${port}` }, systemClock, pino({ level: 'silent' }));
}

function portOf(hub: TestHub): number {
  return Number(new URL(hub.url).port);
}

/** From each hub to the other, and from the second to the Redis of the first. */
async function longLines(roundTripMs: number) {
  const redis = await RedisServer.start();
  const [toRedis, toFirst, toSecond] = await Promise.all(
    [redis.port, 0, 0].map((port) => longLine(roundTripMs / 2, port)),
  );
  const lines = [toRedis!, toFirst!, toSecond!] as const;
  return {
    redis,
    toRedis: lines[0],
    toFirst: lines[1],
    toSecond: lines[2],
    async close() {
      for (const line of lines) line.close();
      await redis.stop();
    },
  };
}
