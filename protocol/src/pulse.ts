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
  readonly #pings = new Map<number, { sentAt: number; done: (rtt: number) => void }>();
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
    const { clock, dead } = this.#options;
    const idle = clock.now() - this.#heardAt;
    if (idle >= DEAD_MS) return dead(`nothing heard for ${DEAD_MS / 1000} s`);
    if (idle >= IDLE_MS) void this.measure();
    const next = idle < IDLE_MS ? IDLE_MS - idle : Math.min(IDLE_MS / 2, DEAD_MS - idle);
    // At least 1: a rest in the last digits of a fractional clock would be waited for without end.
    this.#cancel = clock.after(Math.max(1, next), () => this.start());
  }

  stop(): void {
    this.#cancel?.();
    this.#pings.clear();
  }

  measure(): Promise<number> {
    const id = this.#nextPing++;
    return new Promise((done) => {
      this.#pings.set(id, { sentAt: this.#options.clock.now(), done });
      this.#options.ping(id);
    });
  }

  ponged(id: number): void {
    const ping = this.#pings.get(id);
    if (!ping) return;
    this.#pings.delete(id);
    this.#rtt = this.#options.clock.now() - ping.sentAt;
    ping.done(this.#rtt);
  }
}
