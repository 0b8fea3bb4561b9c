/** A figure of the bench, compared with a reference and a goal. */
import { median } from '../../lib/stats.ts';

export interface Result {
  readonly name: string;
  /** Median of the repetitions; null where it could not be measured. */
  readonly value: number | null;
  readonly unit: string;
  readonly reference: { readonly name: string; readonly value: number | null };
  /** Median of the ratios value / reference, one ratio for each repetition; null without a reference. */
  readonly ratio: number | null;
  /** Least and largest of these ratios. */
  readonly spread?: readonly [number, number];
  /** The goal in words. It is about the ratio unless it says otherwise; '' for a figure that only explains others. */
  readonly goal: string;
  readonly ok: boolean;
  /** Further figures that explain this one, by name with unit. */
  readonly more?: Readonly<Record<string, number>>;
  /** A note for the reader, such as why a reference is missing. */
  readonly note?: string;
}

export interface Goal {
  readonly text: string;
  /** Whether a ratio reaches the goal. */
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

/** The goal of figures that only explain others: none. */
export const NONE: Goal = { text: '', reached: () => true };

interface Pairs {
  readonly name: string;
  readonly unit: string;
  /** One measured value for each repetition. */
  readonly ours: readonly number[];
  readonly reference: { readonly name: string; readonly values: readonly number[] };
  readonly goal: Goal;
  readonly more?: Record<string, number>;
}

/** Compares a figure with its reference in each repetition. The result is the median of the ratios, with its spread. */
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

/** Compares a figure with its reference in each repetition. The result is the median of the differences. */
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

/** Result whose reference could not be measured; it counts as having missed its goal. */
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
