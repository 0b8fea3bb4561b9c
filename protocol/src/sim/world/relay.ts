/**
 * The relay in simulated hubs and tunnels. It forwards or refuses each OPEN frame, joins channels of two
 * connections, and can lose frames.
 */

import { join } from '../../hop/index.ts';
import type { Leg, Port } from '../../leg/index.ts';
import type { Clock } from '../../time/index.ts';
import { ERRORS, type ErrorCode, type FrameOf, FrameType, UniCoreError } from '../../wire/index.ts';
import type { Random } from '../random.ts';

type Open = FrameOf<typeof FrameType.OPEN>;

/**
 * Default for the longest time until the relay forwards or refuses an OPEN frame, ms. A real relay may have
 * to ask another process first.
 */
const JUDGE_MS = 30;

/** The faults that the simulation injects into a relay at this time. */
export interface Illness {
  /** The relay loses frames of `types`. `share` is the probability that such a frame is lost (0 to 1). */
  loses?: { types: readonly number[]; share: number };
  /** Time that the relay waits before it forwards an OPEN frame, ms. Default: it does not wait. */
  holdsOpens?: number;
  /** Time after which the relay forwards an OPEN frame a second time, ms. Default: it forwards it once. */
  repeatsOpens?: number;
}

export interface RelayOptions {
  clock: Clock;
  random: Random;
  /** Returns the connection to which this OPEN frame is forwarded; undefined while there is none. */
  next: (open: Open) => Leg | undefined;
  /** Returns the field `auth` for the forwarded OPEN frame. Default: the field is unchanged. */
  stamp?: (from: Leg, open: Open) => Uint8Array;
  /** True if OPEN frames that arrive again are forwarded; false if they are dropped. */
  repeatsPass: boolean;
  ill: () => Illness;
  judgeMs?: number;
}

export class SimRelay {
  readonly #o: RelayOptions;
  readonly #joined = new Set<{ a: Leg; aCh: number; b: Leg; bCh: number }>();

  constructor(options: RelayOptions) {
    this.#o = options;
  }

  /** Number of joined channels. */
  get channels(): number {
    return this.#joined.size;
  }

  open(leg: Leg, open: Open): void {
    if (this.#loses(FrameType.OPEN)) return;
    const port = leg.portOf(open.ch);
    if (port instanceof Lossy && this.#o.repeatsPass) return this.#pass(leg, port.to.leg, port.to.ch, open);
    if (port) return;
    const pending = new Pending();
    leg.bind(open.ch, pending);
    const { clock, random, judgeMs = JUDGE_MS } = this.#o;
    const judge = () => this.#judged(leg, open, pending);
    if (judgeMs === 0) judge();
    else clock.after(random.int(0, judgeMs), judge);
  }

  /** Drops one of the channels, as a hub does when its queues are full. */
  purge(pick: number): boolean {
    const victim = [...this.#joined][pick % Math.max(1, this.#joined.size)];
    if (!victim) return false;
    const { a, aCh } = victim;
    a.portOf(aCh)?.lost('LEG_LOST');
    detach(a, aCh, 'LEG_LOST');
    return true;
  }

  #judged(leg: Leg, open: Open, pending: Pending): void {
    if (!leg.open) return;
    leg.unbind(open.ch);
    if (pending.over) return;
    const next = this.#o.next(open);
    if (!next?.up) return detach(leg, open.ch, 'PROVIDER_UNREACHABLE');
    const ch = next.allocate();
    const hop = { a: leg, aCh: open.ch, b: next, bCh: ch };
    this.#joined.add(hop);
    join(leg, open.ch, next, ch, { end: () => this.#joined.delete(hop) });
    leg.bind(open.ch, new Lossy(leg.portOf(open.ch)!, { leg: next, ch }, (type) => this.#loses(type)));
    next.bind(ch, new Lossy(next.portOf(ch)!, { leg, ch: open.ch }, (type) => this.#loses(type)));
    this.#pass(leg, next, ch, open);
  }

  #pass(from: Leg, to: Leg, ch: number, open: Open): void {
    const frame = { ...open, ch, auth: this.#o.stamp?.(from, open) ?? open.auth };
    const say = () => to.open && to.send(frame);
    const { holdsOpens, repeatsOpens } = this.#o.ill();
    if (holdsOpens === undefined) say();
    else this.#o.clock.after(holdsOpens, say);
    if (repeatsOpens !== undefined) this.#o.clock.after(repeatsOpens, say);
  }

  #loses(type: number): boolean {
    const { loses } = this.#o.ill();
    return loses?.types.includes(type) === true && this.#o.random.chance(loses.share);
  }
}

/** Wraps the receiver of a relayed channel and loses some of its frames. */
class Lossy implements Port {
  readonly #port: Port;
  readonly to: { leg: Leg; ch: number };
  readonly #loses: (type: number) => boolean;

  constructor(port: Port, to: { leg: Leg; ch: number }, loses: (type: number) => boolean) {
    this.#port = port;
    this.to = to;
    this.#loses = loses;
  }

  receive(type: number, message: Uint8Array, start: number, end: number): void {
    if (!this.#loses(type)) this.#port.receive(type, message, start, end);
  }

  lost(code: ErrorCode): void {
    this.#port.lost(code);
  }

  vacate(): void {
    this.#port.vacate?.();
  }
}

/** Reserves the channel's number until the relay has forwarded or refused the OPEN frame. */
class Pending implements Port {
  over = false;

  receive(type: number): void {
    if (type !== FrameType.RESET && type !== FrameType.DETACHED) {
      throw new UniCoreError('FLOW_VIOLATION', 'Nothing may be sent on a channel before ACCEPT.');
    }
    this.over = true;
  }

  lost(): void {
    this.over = true;
  }
}

function detach(leg: Leg, ch: number, code: ErrorCode): void {
  if (leg.open) leg.send({ type: FrameType.DETACHED, ch, code: ERRORS[code].number });
}
