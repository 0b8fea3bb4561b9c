/** Sorts Firestore's errors: those to retry, and those that a person has to fix. */
import { UniCoreError } from '@unicore/protocol';
import { z } from 'zod';

/** The gRPC status codes that are told apart here. */
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

/** Codes after which the call may or may not have been carried out. */
const UNSURE = new Set([CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE]);
/** Codes of calls that were not carried out but may succeed later. */
const NOT_NOW = new Set([ABORTED, RESOURCE_EXHAUSTED]);
/**
 * Codes of a commit whose condition was not met. A missing database also answers NOT_FOUND; the next read of the
 * document reveals that.
 */
const CONDITIONS = new Set([NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION]);
const REFUSED = new Set([PERMISSION_DENIED, UNAUTHENTICATED, NOT_FOUND]);

/** What Google's library reports if there are no credentials; that error has no code. */
const NO_CREDENTIALS = /default credentials/;

/** Time after which the caller may ask again, ms. */
const RETRY_AFTER_MS = 1_000;

const Status = z.object({ code: z.number() });

/** A document did not meet the condition of a commit. */
export class Beaten extends Error {}

/** Turns a commit's error into the class Beaten if a document did not meet a condition; returns others unchanged. */
export function commitError(error: unknown): unknown {
  const code = codeOf(error);
  const beaten = code !== undefined && CONDITIONS.has(code);
  return beaten ? new Beaten('A document is not as expected.', { cause: error }) : error;
}

export function mayTryAgain(error: unknown): boolean {
  const code = codeOf(error);
  return error instanceof Beaten || (code !== undefined && (UNSURE.has(code) || NOT_NOW.has(code)));
}

/** The error for the caller after all attempts within the time limit have failed. */
export function unreachable(cause: unknown): UniCoreError {
  const why = codeOf(cause) === RESOURCE_EXHAUSTED ? 'has used up its quota' : 'does not answer';
  return new UniCoreError(
    'TIMEOUT',
    `The hub's store, Firestore, ${why}. Try again in a moment; what was asked for may or may not have been done.`,
    { cause, retryAfterMs: RETRY_AFTER_MS },
  );
}

/** Returns the error for the caller if a retry cannot help. */
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
