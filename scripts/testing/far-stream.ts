/** Measures a stream between two distant hubs, and how many of its bytes are in flight at once. */
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
  /** Error code with which the stream ended. */
  readonly code: string;
  /** Bytes that arrived per round trip in the second half of the stream, in units of the initial window. */
  readonly rate: number;
  /** Largest window that the consumer granted, in units of the initial window. */
  readonly most: number;
}

/**
 * Runs a stream from a provider at the second hub to a consumer at the first hub. If `direct` is true, the
 * hubs have WebSockets to each other. Otherwise Redis carries all messages.
 */

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
      // The terminal is opened again if the first hub does not know the provider yet. News of the provider
      // takes the path's delay.
      resume: true,
      onData(bytes) {
        received += bytes.length;
        // After half of the bytes, the window has had enough round trips to grow.
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

/** Returns a function that returns the largest window granted on this leg since the call, in bytes. */
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

/** Opens lines from each hub to the other, and from the second hub to Redis in the first region. */
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
