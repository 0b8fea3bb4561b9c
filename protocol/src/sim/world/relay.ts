/** A hop as hubs and tunnels are: judges an OPEN, joins two legs, and may lose what passes. */

import { join } from '../../hop/index.ts';
import type { Leg, Port } from '../../leg/index.ts';
import type { Clock } from '../../time/index.ts';
import { ERRORS, type ErrorCode, type FrameOf, FrameType, UniCoreError } from '../../wire/index.ts';
import type { Random } from '../random.ts';

type Open = FrameOf<typeof FrameType.OPEN>;

/** An OPEN waits at most this long for somebody to be asked. */
const JUDGE_MS = 30;

/** What is wrong with a hop now. */
export interface Illness {
  /** Frame types of which each one is lost with this probability. */
  loses?: { types: readonly number[]; share: number };
  /** OPENs are passed on so much later, ms. */
  holdsOpens?: number;
  /** OPENs are said a second time so much later, ms. */
  repeatsOpens?: number;
}

export interface RelayOptions {
  clock: Clock;
  random: Random;
  /** Where this OPEN goes on; undefined while there is no way. */
  next: (open: Open) => Leg | undefined;
  /** What it writes into an OPEN that it passes on; nothing by default. */
  stamp?: (from: Leg, open: Open) => Uint8Array;
  /** Passes a repeated OPEN on, too. */
  repeatsPass: boolean;
  ill: () => Illness;
}

export class SimRelay {
  readonly #o: RelayOptions;
  readonly #joined = new Set<{ a: Leg; aCh: number; b: Leg; bCh: number }>();

  constructor(options: RelayOptions) {
    this.#o = options;
  }

  /** Channels that pass here. */
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
    this.#o.clock.after(this.#o.random.int(0, JUDGE_MS), () => this.#judged(leg, open, pending));
  }

  /** Gives one of the channels up, as a hub does whose queues are full. */
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

/** Loses single frames of a joined channel. */
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

/** Holds a channel's number while its OPEN is judged. */
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
