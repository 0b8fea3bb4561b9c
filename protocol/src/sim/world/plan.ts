/** Everything that a seed decides before its world runs: the processes, what they send each other, and the faults. */
import type { Deflater } from '../../channel/index.ts';
import type { ChannelKindName } from '../../wire/index.ts';
import { Random } from '../random.ts';
import { type Fault, planFaults } from './faults.ts';
import type { HubPlan } from './hub.ts';
import type { Line } from './net.ts';
import type { World } from './part.ts';

export type LinePlan = Required<Line>;

/** What the application at one end of a channel does. */
export interface EndPlan {
  /** Bytes that this end sends in total. */
  total: number;
  /** Most bytes that this end gives to its channel at once. */
  chunk: number;
  /** Pause between two chunks, ms; 0: this end gives everything at once. */
  everyMs: number;
  /** Received bytes are consumed after at most this many ms; 0: at once. */
  readMs: number;
  /** After this many received bytes, this end stops reading for `stallMs`. */
  stallAt: number;
  stallMs: number;
  /** This end ends its direction only after the peer has ended. */
  endsLast: boolean;
  /** This end aborts the channel this long after opening, ms; undefined: never. */
  abortMs: number | undefined;
}

export interface ChannelPlan {
  consumer: number;
  provider: number;
  kind: ChannelKindName;
  openMs: number;
  opener: EndPlan;
  acceptor: EndPlan;
  /** Time that the acceptor takes to answer the OPEN, ms. */
  judgeMs: number;
  /** The acceptor refuses the OPEN. */
  refused: boolean;
}

export interface Plan extends HubPlan {
  seed: number;
  /** Number of hubs in a row between consumers and providers. */
  hubs: number;
  providers: number;
  consumers: number;
  lines: { consumer: LinePlan[]; hub: LinePlan; provider: LinePlan[]; keeper: LinePlan };
  /** Which consumers and keepers use compression. */
  deflates: { consumer: boolean[]; keeper: boolean[] };
  channels: ChannelPlan[];
  faults: Fault[];
}

/** A world that runs by a plan. */
export interface PlannedWorld extends World {
  readonly plan: Plan;
  /** The deflater for ends of channels that use compression. */
  readonly deflater: Deflater | undefined;
}

/** All channels together send about as much as the slowest line carries in this time. */
const TRANSFER_MS = 8_000;
const MOST_BYTES = 6_000_000;
/** Most chunks of bytes that one end of a channel sends. More would take time and find no other bugs. */
const MOST_CHUNKS = 300;

export function planOf(seed: number): Plan {
  const random = new Random(seed);
  const hubs = random.pick([1, 1, 2, 3]);
  const providers = random.pick([1, 1, 2]);
  const consumers = random.int(1, 4);
  const lines = {
    consumer: Array.from({ length: consumers }, () => line(random, { delay: 120, slow: 60 })),
    hub: line(random, { delay: 20, slow: 5_000 }),
    provider: Array.from({ length: providers }, () => line(random, { delay: 80, slow: 250 })),
    keeper: { delayMs: 0.1, jitterMs: 0, bytesPerMs: 200_000, kernelBytes: 200_000, tellsDialler: true },
  };
  const slowest = Math.min(...[...lines.consumer, ...lines.provider].map((each) => each.bytesPerMs));
  const count = random.scaled(1, 64);
  const budget = Math.min(MOST_BYTES, slowest * TRANSFER_MS) / count;
  const span = random.scaled(500, 20_000);
  const faults = planFaults(random.fork(), span);
  const channelsRandom = random.fork();
  return {
    seed,
    hubs,
    providers,
    consumers,
    lines,
    repeatsPass: faults.some(({ kind }) => kind === 'lose') || random.chance(0.5),
    newerRoute: random.pick(['closes', 'moves', 'moves', 'leaves'] as const),
    deflates: {
      consumer: Array.from({ length: consumers }, () => random.chance(0.5)),
      keeper: Array.from({ length: providers }, () => random.chance(0.7)),
    },
    channels: Array.from({ length: count }, () => ({
      consumer: channelsRandom.int(0, consumers - 1),
      provider: channelsRandom.int(0, providers - 1),
      kind: channelsRandom.pick(['terminal', 'terminal', 'tcp'] as const),
      openMs: channelsRandom.chance(0.6) ? 0 : channelsRandom.int(0, span),
      judgeMs: channelsRandom.pick([0, 0, 5, 300]),
      refused: channelsRandom.chance(0.02),
      ...ends(channelsRandom, budget, span),
    })),
    faults,
  };
}

function line(random: Random, { delay, slow }: { delay: number; slow: number }): LinePlan {
  return {
    delayMs: random.scaled(0.5, delay),
    jitterMs: random.pick([0, 0, 1, 20]),
    bytesPerMs: random.scaled(slow, 50_000),
    kernelBytes: random.scaled(8_192, 4_000_000),
    tellsDialler: random.chance(0.5),
  };
}

function ends(random: Random, budget: number, span: number): { opener: EndPlan; acceptor: EndPlan } {
  const opener = end(random, budget, span);
  const acceptor = end(random, budget, span);
  // Both ends may not wait for the peer to end its direction first: neither would ever end.
  if (opener.endsLast) acceptor.endsLast = false;
  return { opener, acceptor };
}

function end(random: Random, budget: number, span: number): EndPlan {
  const typing = random.chance(0.3);
  const total = random.chance(0.1) ? 0 : random.scaled(1, Math.max(2, typing ? 2_000 : budget));
  const chunk = typing ? random.int(1, 100) : random.scaled(Math.max(64, total / MOST_CHUNKS), 65_536);
  return {
    total,
    chunk,
    // An end that types must have sent everything within about `span`.
    everyMs: typing ? Math.min(random.scaled(1, 500), (span * chunk) / Math.max(1, total)) : 0,
    readMs: random.pick([0, 0, 0, 5, 200]),
    stallAt: random.chance(0.15) ? random.int(0, total) : Number.POSITIVE_INFINITY,
    stallMs: random.scaled(100, 20_000),
    endsLast: random.chance(0.3),
    abortMs: random.chance(0.08) ? random.int(0, span) : undefined,
  };
}
