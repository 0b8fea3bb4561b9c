/**
 * The base class of all processes of a simulated world. A process has a name, uses the world's clock and
 * sockets, and can be killed and started again.
 */
import type { LegHandler } from '../../leg/index.ts';
import type { ErrorCode } from '../../wire/index.ts';
import type { SimClock } from '../clock.ts';
import type { Random } from '../random.ts';
import type { Net } from './net.ts';
import type { Illness } from './relay.ts';
import type { Trace } from './trace.ts';

export interface World {
  readonly clock: SimClock;
  readonly random: Random;
  readonly net: Net;
  readonly trace: Trace;
  violated(what: string): void;
}

export abstract class Part<W extends World = World> {
  readonly name: string;
  protected readonly world: W;
  /**
   * The faults that this process currently has when it relays frames, such as lost frames. Empty if it has
   * none.
   */
  ill: Illness = {};
  #up = false;
  /**
   * A number that rises with each start of the process. With it, timers that were set before a restart do
   * nothing.
   */
  #life = 0;

  constructor(name: string, world: W) {
    this.name = name;
    this.world = world;
  }

  get up(): boolean {
    return this.#up;
  }

  start(): void {
    if (this.#up) return;
    this.#up = true;
    this.#life++;
    this.world.trace.event(`${this.name} starts`);
    this.begin();
  }

  /** Kills the process at once. The process loses its memory. */
  kill(): void {
    if (!this.#up) return;
    this.#up = false;
    this.world.trace.event(`${this.name} is killed`);
    this.world.net.kill(this.name);
    this.die();
  }

  protected abstract begin(): void;
  protected abstract die(): void;

  /** Calls `run` after `ms`, unless this process dies before. */
  protected later(ms: number, run: () => void): void {
    const life = this.#life;
    this.world.clock.after(ms, () => {
      if (this.#up && this.#life === life) run();
    });
  }

  /**
   * Wraps a connection's handler. Exceptions in our code and protocol errors count as broken invariants,
   * because no peer in this world breaks the protocol.
   */
  protected handler(handler: LegHandler): LegHandler {
    return {
      ...handler,
      fault: (error) => this.world.violated(`${this.name}: ${error instanceof Error ? error.stack : error}`),
      closed: (code, message) => {
        if (BROKEN.has(code)) this.world.violated(`${this.name}: a socket closed with ${code} ${message}`);
        handler.closed(code, message);
      },
    };
  }
}

/** Error codes that only a bug can cause in a simulated world, because all peers follow the protocol. */
export const BROKEN: ReadonlySet<ErrorCode> = new Set([
  'BAD_REQUEST',
  'PROTOCOL_ERROR',
  'MESSAGE_TOO_BIG',
  'FLOW_VIOLATION',
  'INTERNAL',
  'RATE_LIMITED',
]);
