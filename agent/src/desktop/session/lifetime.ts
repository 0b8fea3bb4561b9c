/**
 * Ends a desktop when its life is over, or when nobody has used it for long enough. The clock is monotonic. A
 * machine that stands still for a while, such as during maintenance, ends the desktop as soon as it goes on.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Clock, ErrorCode } from '@unicore/protocol';
import type { DesktopUse, DesktopWarning } from '@unicore/protocol/control';
import type { Limits } from '../holder/index.ts';
import { Spending } from './spending.ts';

/** People are warned this long before the end, ms. */
const LIFE_WARNINGS = [5 * 60_000, 60_000];
const IDLE_WARNINGS = [2 * 60_000];

const SPENT = ['BUDGET_SPENT', 'Its budget was spent.'] as const;

type Limit = DesktopWarning['limit'];

export interface LifetimeOptions {
  clock: Clock;
  limits: Limits;
  /** A desktop costs money from the start of its container, so its life counts from there: so long ago, ms. */
  ageMs: number;
  /** Is asked only if the desktop has a budget. */
  use(): Promise<DesktopUse>;
  /** Called once for each warning, and again after the limit has moved. Also told when a warning is over. */
  warn(warning: DesktopWarning): void;
  /** Called once. */
  over(code: ErrorCode, reason: string): void;
}

export class Lifetime {
  readonly #options: LifetimeOptions;
  #limits: Limits;
  /** The life that the budget pays for, from the start, ms. */
  #paidMs = Number.POSITIVE_INFINITY;
  readonly #startedAt: number;
  /** When the desktop was used last; undefined until the first frame was painted. */
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

  /** The first frame was painted: idle time counts from now. */
  start(): void {
    if (this.#usedAt !== undefined) return;
    this.used();
    this.#look();
  }

  /** Somebody used the desktop. */
  used(): void {
    this.#usedAt = this.#options.clock.now();
    this.#withdraw('idle');
  }

  limit(limits: Limits): void {
    if (limits.lifeMs > this.#limits.lifeMs) this.#withdraw('life');
    // A desktop that waited in the pool has been idle since its start. Its user's time begins now.
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

  /** The warnings that hold now. */
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

/** Returns the time until the next warning, or until the end. */
function untilNext(leftMs: number, warnings: readonly number[]): number {
  const next = Math.max(0, ...warnings.filter((at) => at < leftMs));
  return leftMs - next;
}
