/** Whether the peer of a leg is alive, and how far away: any byte proves life, silence is asked about, then is death. */
import type { Clock } from '../time/index.ts';

/** How long silence may last, ms. */
export interface Patience {
  /** Nothing heard for this long: ask. */
  askMs: number;
  /** Nothing heard for this long: the peer is dead. */
  deadMs: number;
}

/** Of peers over the Internet: a phone may be in a tunnel. */
export const PATIENCE: Patience = { askMs: 10_000, deadMs: 25_000 };

export interface KeepaliveOptions {
  clock: Clock;
  patience: Patience;
  /** Sends a PING. */
  ping: (id: number) => void;
  /** Each time that a PING was answered. */
  measured?: ((rtt: number) => void) | undefined;
  /** Once. */
  dead: (message: string) => void;
}

export class Keepalive {
  readonly #options: KeepaliveOptions;
  /** In the order in which they were sent. */
  readonly #pings = new Map<number, { sentAt: number; answered: (rtt: number) => void }>();
  #nextPing = 1;
  #heardAt: number;
  #rtt: number | undefined;
  #cancel: (() => void) | undefined;

  constructor(options: KeepaliveOptions) {
    this.#options = options;
    this.#heardAt = options.clock.now();
  }

  /** Last measured round trip, ms. */
  get rtt(): number | undefined {
    return this.#rtt;
  }

  heard(): void {
    this.#heardAt = this.#options.clock.now();
  }

  /** Starts to watch; from here on silence counts. */
  start(): void {
    this.#look(this.#options.clock.now());
  }

  stop(): void {
    this.#cancel?.();
    this.#pings.clear();
  }

  /** The id of a PING that the caller sends now; called with the round trip, ms, when it is answered. */
  ask(answered: (rtt: number) => void): number {
    const id = this.#nextPing++;
    this.#pings.set(id, { sentAt: this.#options.clock.now(), answered });
    return id;
  }

  /** False for an answer to nothing. */
  ponged(id: number): boolean {
    const ping = this.#pings.get(id);
    if (!ping) return false;
    // The peer answers in order: those before it were left out.
    for (const earlier of this.#pings.keys()) {
      this.#pings.delete(earlier);
      if (earlier === id) break;
    }
    this.#rtt = this.#options.clock.now() - ping.sentAt;
    ping.answered(this.#rtt);
    this.#options.measured?.(this.#rtt);
    return true;
  }

  /** dueAt: when this look should have been. */
  #look(dueAt: number): void {
    const { clock, patience, dead, ping } = this.#options;
    const { askMs, deadMs } = patience;
    const now = clock.now();
    const idle = now - this.#heardAt;
    // A process that was held up itself has something to read before it may call its peer silent.
    const late = now - dueAt >= askMs;
    if (idle >= deadMs && !late) return dead(`nothing heard for ${deadMs / 1000} s`);
    if (idle >= askMs) ping(this.ask(() => {}));
    const next = idle < askMs ? askMs - idle : Math.min(askMs / 2, Math.max(0, deadMs - idle));
    // At least 1: a rest in the last digits of a fractional clock would be waited for without end.
    const wait = Math.max(1, next);
    this.#cancel = clock.after(wait, () => this.#look(now + wait));
  }
}
