/** Whether the peer of a leg is alive, and how far away: any byte proves life, silence is asked about, then is death. */
import type { Clock } from './clock.ts';

/** Nothing heard for this long: ask. */
const IDLE_MS = 10_000;
/** Nothing heard for this long: the peer is dead. */
const DEAD_MS = 25_000;

export interface PulseOptions {
  clock: Clock;
  /** Sends a PING. */
  ping: (id: number) => void;
  /** Once. */
  dead: (message: string) => void;
}

export class Pulse {
  readonly #options: PulseOptions;
  /** In the order in which they were sent. */
  readonly #pings = new Map<number, { sentAt: number; answered: (rtt: number) => void }>();
  #nextPing = 1;
  #heardAt: number;
  #rtt: number | undefined;
  #cancel: (() => void) | undefined;

  constructor(options: PulseOptions) {
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
    const { clock, dead, ping } = this.#options;
    const idle = clock.now() - this.#heardAt;
    if (idle >= DEAD_MS) return dead(`nothing heard for ${DEAD_MS / 1000} s`);
    if (idle >= IDLE_MS) ping(this.ask(() => {}));
    const next = idle < IDLE_MS ? IDLE_MS - idle : Math.min(IDLE_MS / 2, DEAD_MS - idle);
    // At least 1: a rest in the last digits of a fractional clock would be waited for without end.
    this.#cancel = clock.after(Math.max(1, next), () => this.start());
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
    return true;
  }
}
