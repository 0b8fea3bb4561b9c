/**
 * Decides who has the controls of a desktop. Several people (viewers) and programs share one browser. Only one
 * of them at a time may type, click and navigate, because mixed input of two makes no sense.
 */
import type { Clock } from '@unicore/protocol';

/** The controls become free after this time without input from their holder, ms. */
export const FREE_AFTER_MS = 5_000;
/**
 * An input that is still being carried out counts for so many ms. A server that never answers, or a page with an open
 * dialog, would never free the controls. Playwright and Puppeteer wait as long for a page by default.
 */
export const MOST_RUNNING_MS = 30_000;

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
  /** Inputs of the current holder that are still being carried out, with the times of their beginnings. */
  #running = new Map<symbol, number>();
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
   * Like `allow`, for an input that takes time, such as a navigation. The controls stay with the holder until
   * the returned function is called, and for FREE_AFTER_MS after that; for MOST_RUNNING_MS if it is not called. Returns
   * undefined if the input may not pass.
   */
  begin(holder: Holder): (() => void) | undefined {
    if (this.heldByOther(holder)) return undefined;
    const input = Symbol(holder.id);
    this.#hold(holder);
    const running = this.#running;
    running.set(input, this.#lastInput);
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
    if (!renewed) this.#running = new Map();
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
    const { clock } = this.#options;
    const now = clock.now();
    for (const [input, begun] of this.#running) {
      if (begun + MOST_RUNNING_MS <= now) this.#running.delete(input);
    }
    const [oldest = Number.NEGATIVE_INFINITY] = this.#running.values();
    const rest = Math.max(this.#lastInput + FREE_AFTER_MS, oldest + MOST_RUNNING_MS) - now;
    // A running input may end at any time, and the controls are free soon after that.
    if (rest > 0) this.#cancelTimer = clock.after(Math.min(rest, FREE_AFTER_MS), () => this.#freeIfIdle());
    else this.#change(null);
  }

  #change(holder: Holder | null): void {
    if (holder === null) {
      this.#cancelTimer?.();
      this.#cancelTimer = undefined;
      this.#running = new Map();
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
