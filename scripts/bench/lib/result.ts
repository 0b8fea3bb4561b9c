/**
 * A result of the benchmark: a measured value of UniCore, a reference value to compare it with, and a goal.
 */
import { median } from '../../lib/stats.ts';

export interface Result {
  readonly name: string;
  /** Median of the values that the repetitions measured. It is null if nothing could be measured. */
  readonly value: number | null;
  readonly unit: string;
  readonly reference: { readonly name: string; readonly value: number | null };
  /**
   * Each repetition has one ratio: UniCore's value / reference value. This is the median of these ratios, or
   * null without a reference value.
   */
  readonly ratio: number | null;
  /** The smallest and the largest ratio (UniCore's value / reference value) of all repetitions. */
  readonly spread?: readonly [number, number];
  /**
   * The goal in words. It is about the ratio to the reference value unless the text says otherwise. '' if the
   * result has no goal.
   */
  readonly goal: string;
  readonly ok: boolean;
  /** Further measured values that explain this result. Each key is a name with a unit. */
  readonly more?: Readonly<Record<string, number>>;
  /** A note for the reader of the report, for example why a reference value is missing. */
  readonly note?: string;
}

export interface Goal {
  readonly text: string;
  /** Returns true if the goal is reached with this ratio of UniCore's value to the reference value. */
  readonly reached: (ratio: number) => boolean;
}

export const atLeast = (ratio: number): Goal => ({
  text: `≥ ${ratio.toFixed(2)} ×`,
  reached: (value) => value >= ratio,
});

export const atMost = (ratio: number): Goal => ({
  text: `≤ ${ratio.toFixed(2)} ×`,
  reached: (value) => value <= ratio,
});

/** For results without a goal. They only explain other results, so any value is good enough. */
export const NONE: Goal = { text: '', reached: () => true };

interface Pairs {
  readonly name: string;
  readonly unit: string;
  /** UniCore's measured values, one for each repetition. */
  readonly ours: readonly number[];
  readonly reference: { readonly name: string; readonly values: readonly number[] };
  readonly goal: Goal;
  readonly more?: Record<string, number>;
}

/**
 * Compares UniCore's values with the reference values, one pair per repetition. The result is the median of
 * the pairs' ratios, with the smallest and largest ratio.
 */
export function paired({ name, unit, ours, reference, goal, more }: Pairs): Result {
  const ratios = ours.map((value, index) => value / reference.values[index]!);
  const ratio = median(ratios);
  return {
    name,
    value: median(ours),
    unit,
    reference: { name: reference.name, value: median(reference.values) },
    ratio,
    spread: [Math.min(...ratios), Math.max(...ratios)],
    goal: goal.text,
    ok: goal.reached(ratio),
    ...(more && { more }),
  };
}

/**
 * Compares UniCore's values with the reference values, one pair per repetition. The goal limits the median of
 * the pairs' differences.
 */
export function above({
  name,
  unit,
  ours,
  reference,
  most,
  more,
}: Omit<Pairs, 'goal'> & { most: number }): Result {
  const value = median(ours.map((each, index) => each - reference.values[index]!));
  return {
    name,
    value,
    unit,
    reference: { name: reference.name, value: median(reference.values) },
    ratio: null,
    goal: `≤ ${most} ${unit} above`,
    ok: value <= most,
    ...(more && { more }),
  };
}

/**
 * Creates a result without a reference value, because the other system could not be measured. Such a result
 * counts as a missed goal.
 */
export function without(why: string, result: Omit<Pairs, 'reference'>, reference: string): Result {
  return {
    name: result.name,
    value: median(result.ours),
    unit: result.unit,
    reference: { name: reference, value: null },
    ratio: null,
    goal: result.goal.text,
    ok: false,
    ...(result.more && { more: result.more }),
    note: `${reference} could not be measured: ${why}`,
  };
}
