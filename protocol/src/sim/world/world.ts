/**
 * Simulates the world of one seed to its end. Checks the invariants all the time and reports the first
 * invariant that breaks.
 */
import type { Deflater } from '../../channel/index.ts';
import { ERRORS, FrameType } from '../../wire/index.ts';
import { SimClock } from '../clock.ts';
import { Random } from '../random.ts';
import { SimConsumer } from './consumer.ts';
import { type Fault, LOSSES } from './faults.ts';
import { SimHub } from './hub.ts';
import { Net } from './net.ts';
import { Pairs } from './pairs.ts';
import type { Part } from './part.ts';
import { type Plan, type PlannedWorld, planOf } from './plan.ts';
import { SimKeeper, SimTunnel } from './provider.ts';
import { Trace } from './trace.ts';

/** Time between two checks of the invariants, ms. */
const CHECK_MS = 50;
/**
 * Time after the last fault within which the opening ends of all channels must finish, ms. It is long enough
 * to detect dead sockets, and for the slowest reader to read everything.
 */
const OPENERS_MS = 120_000;
/**
 * Time limit for the cleanup after the opening ends of all channels have finished, ms. In this time, stopped
 * sockets are closed. An accepting end without an opening end gives up after 2 minutes, and forgets the
 * channel after 2 more minutes. A delayed OPEN frame may even start a new accepting end.
 */
const FORGOTTEN_MS = 300_000;
/**
 * Time within which the last timers must end after all processes were killed, ms. It covers the longest pause
 * between two connection attempts and a handshake.
 */
const REDIAL_MS = 5_000;
/**
 * A fault of at most this length, in ms, cannot separate the two ends of a channel for 2 minutes. This holds
 * even if several faults follow each other.
 */
const LONG_MS = 20_000;
/** Rate of a slowed socket, in bytes per ms. */
const SLOW = 5;

export interface SimulateOptions {
  seed: number;
  /** The compression for the ends of channels that use it. The seed decides which ends use it. */
  deflater?: Deflater;
  /**
   * Number of the planned faults that happen, counted from the first. Default: all faults that the seed
   * plans.
   */
  steps?: number;
  /** Called with each line of the trace, which is the log of the simulation. */
  tell?: (line: string) => void;
}

export interface Outcome {
  seed: number;
  steps: number;
  /** The first invariant that broke; undefined if none broke. */
  violation: string | undefined;
  /** A checksum of everything that happened. The same seed always gives the same checksum. */
  digest: string;
  simulatedMs: number;
  channels: number;
  attachments: number;
  bytes: number;
}

export async function simulate(options: SimulateOptions): Promise<Outcome> {
  return new Simulation(options).run();
}

class Violation extends Error {}

class Simulation implements PlannedWorld {
  readonly plan: Plan;
  readonly clock = new SimClock();
  readonly random: Random;
  readonly net: Net;
  readonly trace: Trace;
  readonly deflater: Deflater | undefined;
  readonly #steps: number;
  readonly #pairs = new Pairs();
  readonly #hubs: SimHub[] = [];
  readonly #tunnels: SimTunnel[];
  readonly #keepers: SimKeeper[];
  readonly #consumers: SimConsumer[];
  #violation: string | undefined;
  #keeperKilled = false;

  constructor({ seed, steps, deflater, tell }: SimulateOptions) {
    this.deflater = deflater;
    this.plan = planOf(seed);
    this.#steps = Math.min(steps ?? Number.POSITIVE_INFINITY, this.plan.faults.length);
    this.random = new Random(seed ^ 0x5eed);
    this.trace = new Trace(this.clock, tell);
    this.net = new Net(this.clock, this.random.fork(), this.trace);
    for (let i = this.plan.hubs; i > 0; i--) {
      const [hub] = this.#hubs;
      const next = hub && { hub, line: this.plan.lines.hub };
      this.#hubs.unshift(new SimHub(`hub${i}`, this, this.plan, next));
    }
    const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
    this.#keepers = numbers(this.plan.providers).map(
      (i) => new SimKeeper(i, this, (epoch, app) => this.#pairs.accepted(epoch, app)),
    );
    this.#tunnels = this.#keepers.map((keeper, i) => new SimTunnel(i, this, this.#hubs.at(-1)!, keeper));
    this.#consumers = numbers(this.plan.consumers).map(
      (i) => new SimConsumer(i, this, this.#hubs[0]!, (epoch, opened) => this.#pairs.opened(epoch, opened)),
    );
  }

  violated(what: string): void {
    this.trace.event(`VIOLATED: ${what}`);
    this.#violation ??= what;
  }

  async run(): Promise<Outcome> {
    try {
      await this.#live();
    } catch (error) {
      if (!(error instanceof Violation)) this.violated(error instanceof Error ? error.stack! : String(error));
    }
    const { seed } = this.plan;
    const { size: channels, attachments, bytes } = this.#pairs;
    return {
      seed,
      steps: this.#steps,
      violation: this.#violation,
      digest: this.trace.digest,
      simulatedMs: this.clock.now(),
      channels,
      attachments,
      bytes,
    };
  }

  async #live(): Promise<void> {
    for (const part of this.#parts) part.start();
    const faults = this.plan.faults.slice(0, this.#steps);
    for (const fault of faults) this.clock.after(fault.at, () => this.#strike(fault));
    const calm = Math.max(0, ...faults.map(({ at, ms }) => at + ms));
    await this.#pass(calm);
    this.trace.event('all is well from here on');
    const done = () => this.#consumers.every((consumer) => consumer.done);
    await this.#passUntil(done, OPENERS_MS, () => `never finishes:\n${[...this.#leftovers()].join('\n')}`);
    const nothingIsLeft = () => this.#leftovers().next().done === true;
    await this.#passUntil(
      nothingIsLeft,
      FORGOTTEN_MS,
      () => `left over:\n${[...this.#leftovers()].join('\n')}`,
    );
    const cutOff = faults.some(({ ms }) => ms > LONG_MS);
    for (const wrong of this.#pairs.wrongs({ killed: this.#keeperKilled, cutOff })) this.violated(wrong);
    for (const part of this.#parts) part.kill();
    await this.#pass(REDIAL_MS);
    if (this.clock.pending > 0)
      this.violated(`${this.clock.pending} timers run on when everything is closed`);
  }

  get #parts(): Part[] {
    return [...this.#keepers, ...this.#hubs, ...this.#tunnels, ...this.#consumers];
  }

  async #pass(ms: number): Promise<void> {
    await this.#passUntil(() => false, ms);
  }

  async #passUntil(condition: () => boolean, ms: number, late?: () => string): Promise<void> {
    const end = this.clock.now() + ms;
    while (this.clock.now() < end && !condition()) {
      await this.clock.advance(Math.min(CHECK_MS, end - this.clock.now()));
      this.#check();
    }
    if (late && !condition()) this.violated(late());
    this.#stopIfViolated();
  }

  #check(): void {
    for (const keeper of this.#keepers) {
      const { miscounted } = keeper;
      if (miscounted) this.violated(`${keeper.name}: ${miscounted}`);
    }
    this.#stopIfViolated();
  }

  #stopIfViolated(): void {
    if (this.#violation !== undefined) throw new Violation();
  }

  /**
   * Yields a description of everything that is wrongly left at the end of the simulation, such as open
   * channels or timers.
   */
  *#leftovers(): Generator<string> {
    for (const app of this.#pairs.waiting) yield app.describe();
    for (const { name, epochs } of this.#keepers) if (epochs > 0) yield `${name} remembers ${epochs} epochs`;
    for (const { name, channels } of [...this.#hubs, ...this.#tunnels]) {
      if (channels > 0) yield `${name} joins ${channels} channels`;
    }
    for (const { name, keptWindows } of this.#consumers) {
      if (keptWindows !== 0) yield `${name} keeps ${keptWindows} bytes of windows`;
    }
    let ends = 0;
    for (const { near, far, from, to } of this.net.sockets) {
      const bound = near.channels + far.channels;
      if (bound > 0) yield `${bound} numbers are bound between ${from} and ${to}`;
      ends += Number(near.open) + Number(far.open);
    }
    // Each open end of a socket has one keepalive timer. No other timer should remain.
    if (this.clock.pending > ends) yield `${this.clock.pending} timers for ${ends} ends of sockets`;
  }

  #strike({ kind, pick, ms, part, at: _at }: Fault): void {
    this.trace.event(`fault ${kind} ${ms} ms`);
    const choose = <T>(from: readonly T[]): T => from[pick % from.length]!;
    const forAWhile = (sick: Part, illness: Part['ill']) => {
      sick.ill = illness;
      this.clock.after(ms, () => {
        sick.ill = {};
      });
    };
    const kill = (victim: Part) => {
      victim.kill();
      this.clock.after(ms, () => victim.start());
    };
    const hops = [...this.#hubs, ...this.#tunnels];
    switch (kind) {
      case 'cut':
        return choose(this.net.sockets)?.wire.cut();
      case 'stall': {
        const wire = choose(this.net.sockets)?.wire;
        wire?.stall(choose2(part));
        this.clock.after(ms, () => wire?.resume());
        return;
      }
      case 'slow': {
        const socket = choose(this.net.sockets);
        socket?.wire.rate(SLOW);
        this.clock.after(ms, () => socket?.wire.rate(socket.line.bytesPerMs ?? Number.POSITIVE_INFINITY));
        return;
      }
      case 'kill-hub':
        return kill(choose(this.#hubs));
      case 'kill-tunnel':
        return kill(choose(this.#tunnels));
      case 'kill-keeper':
        this.#keeperKilled = true;
        return kill(choose(this.#keepers));
      case 'redial-tunnel':
        return choose(this.#tunnels).redial({ stalls: part % 2 === 0, closes: part % 3 === 0 });
      case 'redial-consumer':
        return choose(this.#consumers).redial({ stalls: part % 2 === 0, closes: part % 3 === 0 });
      case 'go-away': {
        const leg = choose(this.net.sockets.filter(({ far }) => far.up))?.far;
        if (leg?.peer === 'consumer' || leg?.peer === 'provider')
          leg.send({ type: FrameType.GOAWAY, code: ERRORS.GOING_AWAY.number, afterMs: ms });
        this.clock.after(ms, () => leg?.close('GOING_AWAY', 'the time of this socket is over'));
        return;
      }
      case 'lose':
        return forAWhile(choose(hops), {
          loses: { types: LOSSES[part % LOSSES.length]!, share: (part % 7) / 7 + 0.1 },
        });
      case 'delay-opens':
        return forAWhile(choose(hops), { holdsOpens: part % 5_000 });
      case 'repeat-opens':
        return forAWhile(choose(hops), { repeatsOpens: part % 20_000 });
      case 'purge':
        choose(this.#hubs).purge(part);
    }
  }
}

function choose2(part: number): ('a' | 'b')[] {
  return ([['a', 'b'], ['a'], ['b']] as const)[part % 3]!.slice();
}
