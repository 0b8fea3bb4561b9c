/** A figure with its reference and its goal. */
import { median } from '../../lib/stats.ts';

export interface Result {
  readonly name: string;
  /** Median of the repetitions; null if it could not be measured. */
  readonly value: number | null;
  readonly unit: string;
  readonly reference: { readonly name: string; readonly value: number | null };
  /** value / reference, the median of the paired ratios; null without a reference. */
  readonly ratio: number | null;
  /** Smallest and largest of the paired ratios. */
  readonly spread?: readonly [number, number];
  /** The goal for the ratio, unless it says otherwise; '' for a figure without a goal. */
  readonly goal: string;
  readonly ok: boolean;
  /** Figures that explain this one. Each name contains its unit. */
  readonly more?: Readonly<Record<string, number>>;
  /** A remark for people, such as why a reference is missing. */
  readonly note?: string;
}

export interface Goal {
  readonly text: string;
  /** Whether this ratio reaches the goal. */
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

/** The goal of figures that only explain others. */
export const NONE: Goal = { text: '', reached: () => true };

interface Pairs {
  readonly name: string;
  readonly unit: string;
  /** One value per repetition. */
  readonly ours: readonly number[];
  readonly reference: { readonly name: string; readonly values: readonly number[] };
  readonly goal: Goal;
  readonly more?: Record<string, number>;
}

/** A result whose ratio is the median of paired ratios, with its spread. */
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
 * A result that tells how far a figure lies above its reference: the median of paired differences, in the figure's
 * unit.
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

/** A result whose reference could not be measured. It does not reach its goal. */
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
