/**
 * Validates data from a peer against a schema. Throws BAD_REQUEST if the data is invalid; the message names
 * the field.
 */
import { UniCoreError } from '@unicore/protocol';
import type { z } from 'zod';

export function parse<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = [what, ...(issue?.path ?? []).map(String)].join('.');
  throw new UniCoreError('BAD_REQUEST', `${field}: ${issue?.message ?? 'is not valid'}`);
}
