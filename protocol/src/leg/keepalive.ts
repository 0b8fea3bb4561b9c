/**
 * Keepalive of a leg. Any byte from the peer proves that the peer is alive. After some silence, the leg sends
 * a PING. After more silence, the peer counts as dead.
 */
import type { Clock } from '../time/index.ts';

/**
 * How long a peer may send nothing, in ms, before the leg sends a PING, and before the peer counts as dead.
 */
export interface Patience {
  /** A PING is sent when the peer has sent nothing for this many ms. */
  askMs: number;
  /** The peer counts as dead when it has sent nothing for this many ms. */
  deadMs: number;
}

/**
 * How long a peer over the Internet may send nothing. These limits are generous, because a phone may have no
 * network for a while.
 */
export const PATIENCE: Patience = { askMs: 10_000, deadMs: 25_000 };

export interface KeepaliveOptions {
  clock: Clock;
  patience: Patience;
  /** Sends a PING with this id. */
  ping: (id: number) => void;
  /** Called for each PING that was answered, with the round-trip time in ms. */
  measured?: ((rtt: number) => void) | undefined;
  /** Called once, when the peer counts as dead. */
  dead: (message: string) => void;
}

export class Keepalive {
  readonly #options: KeepaliveOptions;
  /** Unanswered PINGs by id, in the order in which they were sent. */
  readonly #pings = new Map<number, { sentAt: number; answered: (rtt: number) => void }>();
  #nextPing = 1;
  #heardAt: number;
  #rtt: number | undefined;
  #cancel: (() => void) | undefined;

  constructor(options: KeepaliveOptions) {
    this.#options = options;
    this.#heardAt = options.clock.now();
  }

  /** Last measured round-trip time, in ms. */
  get rtt(): number | undefined {
    return this.#rtt;
  }

  heard(): void {
    this.#heardAt = this.#options.clock.now();
  }

  /** Starts the keepalive timer. */
  start(): void {
    this.#look(this.#options.clock.now());
  }

  stop(): void {
    this.#cancel?.();
    this.#pings.clear();
  }

  /**
   * Returns the id for a PING that the caller sends now. `answered` is called with the round-trip time in ms.
   */
  ask(answered: (rtt: number) => void): number {
    const id = this.#nextPing++;
    this.#pings.set(id, { sentAt: this.#options.clock.now(), answered });
    return id;
  }

  /** Handles a PONG. Returns false if its id belongs to no unanswered PING. */
  ponged(id: number): boolean {
    const ping = this.#pings.get(id);
    if (!ping) return false;
    // Peers answer PINGs in order, so earlier PINGs that have no answer were dropped.
    for (const earlier of this.#pings.keys()) {
      this.#pings.delete(earlier);
      if (earlier === id) break;
    }
    this.#rtt = this.#options.clock.now() - ping.sentAt;
    ping.answered(this.#rtt);
    this.#options.measured?.(this.#rtt);
    return true;
  }

  /** Checks how long the peer has sent nothing. `dueAt` is the time for which this check was planned. */
  #look(dueAt: number): void {
    const { clock, patience, dead, ping } = this.#options;
    const { askMs, deadMs } = patience;
    const now = clock.now();
    const idle = now - this.#heardAt;
    // If this check runs late, this process itself was blocked. Bytes of the peer may have arrived that are
    // not read yet, so the peer does not count as dead.
    const late = now - dueAt >= askMs;
    if (idle >= deadMs && !late) return dead(`nothing heard for ${deadMs / 1000} s`);
    if (idle >= askMs) ping(this.ask(() => {}));
    const next = idle < askMs ? askMs - idle : Math.min(askMs / 2, Math.max(0, deadMs - idle));
    // The next check comes after at least 1 ms. Otherwise a rounding error could cause checks without end.
    const wait = Math.max(1, next);
    this.#cancel = clock.after(wait, () => this.#look(now + wait));
  }
}
