/** What a seed decides before anything runs: who is there, what they say to each other, and what goes wrong when. */
import type { ChannelKindName } from '../../wire/index.ts';
import { Random } from '../random.ts';
import { type Fault, planFaults } from './faults.ts';

/** A socket between two neighbours. */
export interface LinePlan {
  delayMs: number;
  jitterMs: number;
  bytesPerMs: number;
  kernelBytes: number;
  /** Whether the dialling end is told that its queue went down; browsers are not. */
  tellsDialler: boolean;
}

/** What one end of a channel does. */
export interface EndPlan {
  /** Bytes that it sends in all. */
  total: number;
  /** The most that it gives at once. */
  chunk: number;
  /** Pauses between chunks, ms; 0: all that it has, at once. */
  everyMs: number;
  /** Bytes that arrived are consumed after at most this long; 0: at once. */
  readMs: number;
  /** Having so many bytes it stops to read for a while. */
  stallAt: number;
  stallMs: number;
  /** It ends its direction only after the other end has ended. */
  endsLast: boolean;
  /** So long after the channel was opened it aborts. */
  abortMs: number | undefined;
}

export interface ChannelPlan {
  consumer: number;
  provider: number;
  kind: ChannelKindName;
  openMs: number;
  opener: EndPlan;
  acceptor: EndPlan;
  /** The acceptor takes so long to answer the OPEN. */
  judgeMs: number;
  /** The acceptor's answer is no. */
  refused: boolean;
}

export interface Plan {
  seed: number;
  /** In a row, from the consumers to the providers. */
  hubs: number;
  providers: number;
  consumers: number;
  lines: { consumer: LinePlan[]; hub: LinePlan; provider: LinePlan[]; keeper: LinePlan };
  /** Hubs pass a repeated OPEN on; if not they drop it, which is allowed where nothing is lost inside a hop. */
  repeatsPass: boolean;
  /** What a hub does with a provider's older socket when a newer one comes. */
  newerRoute: 'closes' | 'moves' | 'leaves';
  /** Which consumers and keepers deflate. */
  deflates: { consumer: boolean[]; keeper: boolean[] };
  channels: ChannelPlan[];
  faults: Fault[];
}

/** What the slowest line can carry in this time is what all channels send in all, about. */
const TRANSFER_MS = 8_000;
const MOST_BYTES = 6_000_000;
/** More of them cost time and show nothing new. */
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
  // Not both, or each would wait for the other.
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
    // What comes in pieces must not take for ever either.
    everyMs: typing ? Math.min(random.scaled(1, 500), (span * chunk) / Math.max(1, total)) : 0,
    readMs: random.pick([0, 0, 0, 5, 200]),
    stallAt: random.chance(0.15) ? random.int(0, total) : Number.POSITIVE_INFINITY,
    stallMs: random.scaled(100, 20_000),
    endsLast: random.chance(0.3),
    abortMs: random.chance(0.08) ? random.int(0, span) : undefined,
  };
}
