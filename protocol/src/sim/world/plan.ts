/**
 * Everything that a seed decides before the simulation starts: the processes, the data that they send, and
 * the faults.
 */
import type { Deflater } from '../../channel/index.ts';
import type { ChannelKindName } from '../../wire/index.ts';
import { Random } from '../random.ts';
import { type Fault, planFaults } from './faults.ts';
import type { HubPlan } from './hub.ts';
import type { Line } from './net.ts';
import type { World } from './part.ts';

export type LinePlan = Required<Line>;

/** The planned behaviour of the application at one end of a channel. */
export interface EndPlan {
  /** Bytes that this end sends in total. */
  total: number;
  /** Largest number of bytes that this end gives to its channel at once. */
  chunk: number;
  /** Pause between two chunks, ms. With 0, this end gives all bytes to its channel at once. */
  everyMs: number;
  /** Longest time until received bytes are consumed, ms. With 0, received bytes are consumed at once. */
  readMs: number;
  /** Number of received bytes after which this end stops reading for `stallMs`. */
  stallAt: number;
  stallMs: number;
  /** True if this end sends FIN only after the peer's FIN has arrived. */
  endsLast: boolean;
  /** Time after which this end aborts the channel, ms after opening; undefined: never. */
  abortMs: number | undefined;
}

export interface ChannelPlan {
  consumer: number;
  provider: number;
  kind: ChannelKindName;
  openMs: number;
  opener: EndPlan;
  acceptor: EndPlan;
  /** Time that the acceptor takes to answer the OPEN frame, ms. */
  judgeMs: number;
  /** True if the acceptor refuses the OPEN frame. */
  refused: boolean;
}

export interface Plan extends HubPlan {
  seed: number;
  /** Number of hubs in a row between consumers and providers. */
  hubs: number;
  providers: number;
  consumers: number;
  lines: { consumer: LinePlan[]; hub: LinePlan; provider: LinePlan[]; keeper: LinePlan };
  /** Which consumers and which keepers (the accepting ends of channels) use compression. */
  deflates: { consumer: boolean[]; keeper: boolean[] };
  channels: ChannelPlan[];
  faults: Fault[];
}

/** A simulated world that follows a plan. */
export interface PlannedWorld extends World {
  readonly plan: Plan;
  /**
   * The compression for the ends of channels that use it; undefined if the simulation runs without
   * compression.
   */
  readonly deflater: Deflater | undefined;
}

/** All channels together send about as many bytes as the slowest connection carries within this time, ms. */
const TRANSFER_MS = 8_000;
const MOST_BYTES = 6_000_000;
/**
 * Largest number of chunks that one end of a channel sends. More chunks would take time and find no other
 * bugs.
 */
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
  // Both ends must not wait for each other's FIN, because then neither end would send FIN.
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
    // The pauses of an end that simulates typing are short enough to send everything within about `span` ms.
    everyMs: typing ? Math.min(random.scaled(1, 500), (span * chunk) / Math.max(1, total)) : 0,
    readMs: random.pick([0, 0, 0, 5, 200]),
    stallAt: random.chance(0.15) ? random.int(0, total) : Number.POSITIVE_INFINITY,
    stallMs: random.scaled(100, 20_000),
    endsLast: random.chance(0.3),
    abortMs: random.chance(0.08) ? random.int(0, span) : undefined,
  };
}
