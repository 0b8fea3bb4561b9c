/** Validates data from a peer. Throws BAD_REQUEST, and the message names the field. */
import { UniCoreError } from '@unicore/protocol';
import { z } from 'zod';

export function parse<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UniCoreError('BAD_REQUEST', `${what}: ${z.prettifyError(result.error)}`, { cause: result.error });
}
