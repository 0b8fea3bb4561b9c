/** The form of ids. */
import { z } from 'zod';

/** An id of 1 to 64 characters from a-z, 0-9 and '-'. It is safe in container names, paths and URLs. */
export const Id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be 1 to 64 of a-z, 0-9 and -');
