/** Keeps the inputs of REST calls as strict as those of tRPC calls. */
import type { z } from 'zod';

/**
 * Accepts only a number or boolean as in JSON. Without this function, trpc-to-openapi would change the shared
 * schema for the whole process. The schema would then accept "80" as a number, and the text "false" as true.
 */
export const typed = <T extends z.ZodType>(schema: T) => schema.nonoptional();
