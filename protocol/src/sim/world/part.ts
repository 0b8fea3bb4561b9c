/**
 * What all processes of a simulated world share: a name, the world's clock and sockets, and a life that can end and
 * start again.
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
  /** Current faults of this process as a relay. */
  ill: Illness = {};
  #up = false;
  /** Rises with each start of the process, so that timers of a dead one do nothing. */
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

  /** Kills the process at once; it loses its memory. */
  kill(): void {
    if (!this.#up) return;
    this.#up = false;
    this.world.trace.event(`${this.name} is killed`);
    this.world.net.kill(this.name);
    this.die();
  }

  protected abstract begin(): void;
  protected abstract die(): void;

  /** Calls `run` later, if this process does not die before. */
  protected later(ms: number, run: () => void): void {
    const life = this.#life;
    this.world.clock.after(ms, () => {
      if (this.#up && this.#life === life) run();
    });
  }

  /**
   * Wraps a leg's handler. Errors in our code and protocol errors count as violations, since no peer in this world
   * breaks the rules.
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

/** Error codes that only a bug of ours can cause in this world. */
export const BROKEN: ReadonlySet<ErrorCode> = new Set([
  'BAD_REQUEST',
  'PROTOCOL_ERROR',
  'MESSAGE_TOO_BIG',
  'FLOW_VIOLATION',
  'INTERNAL',
  'RATE_LIMITED',
]);
