/** Turns documents into rows. */
import type { z } from 'zod';
import type { Found } from './found.ts';

export function rowOf<T extends z.ZodType>(row: T, found: Found | undefined): z.infer<T> | undefined {
  return found && row.parse(found.fields);
}

/**
 * Returns the rows of documents, oldest first. The rows are sorted in this process, because a sorted query
 * could need an extra index.
 */
export function oldestFirst<T extends z.ZodType<{ createdAt: number }>>(
  row: T,
  found: readonly Found[],
): z.infer<T>[] {
  return found
    .map((each) => ({ row: row.parse(each.fields), at: microseconds(each.createTime) }))
    .sort((a, b) => a.row.createdAt - b.row.createdAt || a.at - b.at)
    .map(({ row }) => row);
}

function microseconds({ seconds, nanos }: Found['createTime']): number {
  return Number(seconds ?? 0) * 1e6 + (nanos ?? 0) / 1e3;
}
