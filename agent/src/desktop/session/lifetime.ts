/**
 * Ends a desktop when its life is over, or when nobody has used it for a while. The clock is monotonic and also
 * counts the time while the machine was paused, for example for maintenance. If the desktop's time was over by
 * then, it ends as soon as the machine continues.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Clock, ErrorCode } from '@unicore/protocol';
import type { DesktopUse, DesktopWarning } from '@unicore/protocol/control';
import type { Limits } from '../holder/index.ts';
import { Spending } from './spending.ts';

/** How long before the end of a desktop's life people are warned, ms. */
const LIFE_WARNINGS = [5 * 60_000, 60_000];
const IDLE_WARNINGS = [2 * 60_000];

const SPENT = ['BUDGET_SPENT', 'Its budget was spent.'] as const;

type Limit = DesktopWarning['limit'];

export interface LifetimeOptions {
  clock: Clock;
  limits: Limits;
  /**
   * Time since the start of the desktop's container, ms. The life of the desktop counts from there, because the
   * container costs money from there.
   */
  ageMs: number;
  /** Returns what the desktop has used. Called only if the desktop has a budget. */
  use(): Promise<DesktopUse>;
  /**
   * Called for each warning once, and again if the limit was moved. A warning whose `leftMs` is null cancels an
   * earlier one.
   */
  warn(warning: DesktopWarning): void;
  /** Called once, when the desktop should end. */
  over(code: ErrorCode, reason: string): void;
}

export class Lifetime {
  readonly #options: LifetimeOptions;
  #limits: Limits;
  /** How long the desktop may live from its start until its budget is spent, ms. */
  #paidMs = Number.POSITIVE_INFINITY;
  readonly #startedAt: number;
  /** Time of the last use; undefined until the first picture was seen. */
  #usedAt: number | undefined;
  #warned = { life: Number.POSITIVE_INFINITY, idle: Number.POSITIVE_INFINITY };
  #cancel: () => void = () => undefined;
  #spending: Spending | undefined;

  constructor(options: LifetimeOptions) {
    const { clock, limits, ageMs } = options;
    this.#options = options;
    this.#limits = limits;
    this.#startedAt = clock.now() - ageMs;
    this.#look();
    this.#spend();
  }

  /** Called when the first picture was seen. The idle time counts from then. */
  start(): void {
    if (this.#usedAt !== undefined) return;
    this.used();
    this.#look();
  }

  /** Called when somebody has used the desktop. */
  used(): void {
    this.#usedAt = this.#options.clock.now();
    this.#withdraw('idle');
  }

  limit(limits: Limits): void {
    if (limits.lifeMs > this.#limits.lifeMs) this.#withdraw('life');
    // The idle limit changes when a desktop from the pool gets a user. It was idle before, so its idle time starts
    // again.
    if (limits.idleMs !== this.#limits.idleMs && this.#usedAt !== undefined) this.used();
    const isOtherBudget = !isDeepStrictEqual(limits.budget, this.#limits.budget);
    this.#limits = limits;
    // A desktop that waited in the pool has had no budget. Its user's budget counts from now on.
    if (isOtherBudget) this.#spend();
    this.#look();
  }

  stop(): void {
    this.#cancel();
    this.#spending?.stop();
  }

  #spend(): void {
    const { clock, use } = this.#options;
    const { budget } = this.#limits;
    this.#spending?.stop();
    this.#spending = budget && new Spending({ clock, budget, use, allows: (ms) => this.#paid(ms) });
    if (!budget) this.#paid(Number.POSITIVE_INFINITY);
  }

  #paid(lifeMs: number): void {
    if (lifeMs === this.#paidMs) return;
    this.#paidMs = lifeMs;
    this.#look();
  }

  #look(): void {
    const { clock, over } = this.#options;
    this.#cancel();
    const left = this.#left();
    if (left.life <= 0) return this.#isPaid ? over('OK', 'Its time was over.') : over(...SPENT);
    if (left.idle <= 0) {
      return over('OK', `Nobody used it for ${Math.round(this.#limits.idleMs / 60_000)} minutes.`);
    }
    this.#warn('life', left.life, LIFE_WARNINGS);
    this.#warn('idle', left.idle, IDLE_WARNINGS);
    const steps = [untilNext(left.life, LIFE_WARNINGS), untilNext(left.idle, IDLE_WARNINGS)];
    this.#cancel = clock.after(Math.min(...steps), () => this.#look());
  }

  /** The warnings that are active now. */
  get warnings(): DesktopWarning[] {
    const left = this.#left();
    const limits: Limit[] = ['life', 'idle'];
    return limits
      .filter((limit) => Number.isFinite(this.#warned[limit]))
      .map((limit) => ({ limit, leftMs: left[limit] }));
  }

  get #isPaid(): boolean {
    return this.#paidMs > this.#limits.lifeMs;
  }

  #left(): Record<Limit, number> {
    const now = this.#options.clock.now();
    return {
      life: this.#startedAt + Math.min(this.#limits.lifeMs, this.#paidMs) - now,
      idle: (this.#usedAt ?? now) + this.#limits.idleMs - now,
    };
  }

  #withdraw(limit: Limit): void {
    if (!Number.isFinite(this.#warned[limit])) return;
    this.#warned[limit] = Number.POSITIVE_INFINITY;
    this.#options.warn({ limit, leftMs: null });
  }

  #warn(limit: Limit, leftMs: number, warnings: readonly number[]): void {
    const reached = Math.min(...warnings.filter((at) => leftMs <= at));
    if (reached >= this.#warned[limit]) return;
    this.#warned[limit] = reached;
    this.#options.warn({ limit, leftMs });
  }
}

/** Returns the time until the next warning or the end, ms. */
function untilNext(leftMs: number, warnings: readonly number[]): number {
  const next = Math.max(0, ...warnings.filter((at) => at < leftMs));
  return leftMs - next;
}
