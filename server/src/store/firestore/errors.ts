/** Classifies Firestore's errors: errors that a retry may solve, and errors that a person has to fix. */
import { UniCoreError } from '@unicore/protocol';
import { z } from 'zod';

/** The gRPC status codes that this module distinguishes. */
const CANCELLED = 1;
const UNKNOWN = 2;
const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const FAILED_PRECONDITION = 9;
const ABORTED = 10;
const INTERNAL = 13;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

/** After these codes it is unknown whether Firestore has applied the call. */
const UNSURE = new Set([CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE]);
/** With these codes Firestore did not apply the call, but a later call may succeed. */
const NOT_NOW = new Set([ABORTED, RESOURCE_EXHAUSTED]);
/**
 * A commit fails with one of these codes if a document did not meet the condition of a write. NOT_FOUND can
 * also mean that the whole database is missing. Then the next read fails with a clear error.
 */
const CONDITIONS = new Set([NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION]);
const REFUSED = new Set([PERMISSION_DENIED, UNAUTHENTICATED, NOT_FOUND]);

/** The message of Google's library if there are no credentials. This error has no code. */
const NO_CREDENTIALS = /default credentials/;

/** If Firestore does not answer, the caller of the store should wait this long before it tries again, ms. */
const RETRY_AFTER_MS = 1_000;

const Status = z.object({ code: z.number() });

/** Thrown by a commit if a document did not meet the condition of a write. */
export class Beaten extends Error {}

/**
 * Converts a commit's error to Beaten if a document did not meet a condition. Returns any other error
 * unchanged.
 */
export function commitError(error: unknown): unknown {
  const code = codeOf(error);
  const beaten = code !== undefined && CONDITIONS.has(code);
  return beaten ? new Beaten('A document is not as expected.', { cause: error }) : error;
}

export function mayTryAgain(error: unknown): boolean {
  const code = codeOf(error);
  return error instanceof Beaten || (code !== undefined && (UNSURE.has(code) || NOT_NOW.has(code)));
}

/** Returns the error for the caller when no attempt within the time limit has succeeded. */
export function unreachable(cause: unknown): UniCoreError {
  const why = codeOf(cause) === RESOURCE_EXHAUSTED ? 'has used up its quota' : 'does not answer';
  return new UniCoreError(
    'TIMEOUT',
    `The hub's store, Firestore, ${why}. Try again in a moment; what was asked for may or may not have been done.`,
    { cause, retryAfterMs: RETRY_AFTER_MS },
  );
}

/** Returns a clear error for the caller if a retry cannot help. Returns other errors unchanged. */
export function explained(database: string, error: unknown): unknown {
  const code = codeOf(error);
  const refused = code === undefined ? NO_CREDENTIALS.test(String(error)) : REFUSED.has(code);
  if (!refused) return error;
  return new UniCoreError(
    'INTERNAL',
    `The hub may not use its store, Firestore's ${database}. Check --store (or UNICORE_STORE), that the database exists, and that the hub runs with a service account (or GOOGLE_APPLICATION_CREDENTIALS) that has the role roles/datastore.user.`,
    { cause: error },
  );
}

function codeOf(error: unknown): number | undefined {
  return Status.safeParse(error).data?.code;
}
