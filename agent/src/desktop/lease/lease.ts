/**
 * Decides who has the controls of a desktop. Several people (viewers) and programs share one browser. Only one
 * of them at a time may type, click and navigate, because mixed input of two makes no sense.
 */
import type { Clock } from '@unicore/protocol';

/** The controls become free after this time without input from their holder, ms. */
export const FREE_AFTER_MS = 5_000;

/** A person (viewer) or program that can have the controls. Two holders are the same if their kind and id are equal. */
export interface Holder {
  readonly kind: 'viewer' | 'program';
  readonly id: string;
  /** The name that people see. */
  readonly name: string;
}

export interface Control {
  /** The current holder; null while the controls are free. */
  readonly holder: Holder | null;
  /** Time of the last change, in ms since 1970. */
  readonly since: number;
}

export interface LeaseOptions {
  clock: Clock;
  /** Returns the wall clock, ms since 1970. */
  now: () => number;
}

export class Lease {
  readonly #options: LeaseOptions;
  readonly #listeners = new Set<(control: Control) => void>();
  #control: Control;
  /** Inputs of the current holder that are still being carried out. */
  #running = new Set<symbol>();
  #lastInput = 0;
  #cancelTimer: (() => void) | undefined;
  /** Changes that listeners have not heard yet; undefined while no listener is being called. */
  #news: Control[] | undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#control = { holder: null, since: options.now() };
  }

  get control(): Control {
    return this.#control;
  }

  /** Returns true if another holder has the controls. Does not take or renew the controls. */
  heldByOther(than: Holder): boolean {
    return this.#control.holder !== null && !this.#isHolder(than);
  }

  /** Returns true if an input of this holder may pass. Then the holder takes or keeps the controls. */
  allow(holder: Holder): boolean {
    const ended = this.begin(holder);
    ended?.();
    return ended !== undefined;
  }

  /**
   * Same as `allow`, for an input that takes time, such as a navigation. The holder keeps the controls until
   * the returned function is called, and for FREE_AFTER_MS after that. Returns undefined if the input may not
   * pass.
   */
  begin(holder: Holder): (() => void) | undefined {
    if (this.heldByOther(holder)) return undefined;
    const input = Symbol(holder.id);
    this.#hold(holder);
    const running = this.#running;
    running.add(input);
    return () => {
      if (running.delete(input) && running === this.#running) this.#renew();
    };
  }

  /** Gives the controls to this holder at once, even if another holder has them. */
  take(holder: Holder): void {
    this.#hold(holder);
  }

  /** Frees the controls if this holder has them. Called when a viewer or program has disconnected. */
  leave(holder: Holder): void {
    if (this.#isHolder(holder)) this.#change(null);
  }

  /** Calls the listener after each change, in order. The returned function ends the subscription. */
  subscribe(listener: (control: Control) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #isHolder({ kind, id }: Holder): boolean {
    return this.#control.holder?.kind === kind && this.#control.holder.id === id;
  }

  #hold(holder: Holder): void {
    const renewed = this.#isHolder(holder);
    if (!renewed) this.#running = new Set();
    this.#renew();
    if (!renewed) this.#change(holder);
  }

  #renew(): void {
    this.#lastInput = this.#options.clock.now();
    // One timer is enough for many inputs: when it fires, it is set again for the time that is left.
    this.#cancelTimer ??= this.#options.clock.after(FREE_AFTER_MS, () => this.#freeIfIdle());
  }

  #freeIfIdle(): void {
    this.#cancelTimer = undefined;
    // When the running input ends, it starts the timer again.
    if (this.#running.size > 0) return;
    const rest = this.#lastInput + FREE_AFTER_MS - this.#options.clock.now();
    if (rest > 0) this.#cancelTimer = this.#options.clock.after(rest, () => this.#freeIfIdle());
    else this.#change(null);
  }

  #change(holder: Holder | null): void {
    if (holder === null) {
      this.#cancelTimer?.();
      this.#cancelTimer = undefined;
      this.#running = new Set();
    }
    this.#control = { holder, since: this.#options.now() };
    this.#tell(this.#control);
  }

  /**
   * Reports a change to all listeners. A listener may itself change the lease. The second change is then
   * reported after all listeners have got the first.
   */
  #tell(control: Control): void {
    if (this.#news) {
      this.#news.push(control);
      return;
    }
    this.#news = [control];
    for (const change of this.#news) for (const listener of [...this.#listeners]) listener(change);
    this.#news = undefined;
  }
}
