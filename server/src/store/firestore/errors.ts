/** What Firestore's errors mean for us: try again, or tell somebody what to do. */
import { UniCoreError } from '@unicore/protocol';
import { z } from 'zod';

/** gRPC's status codes, as far as they are told apart here. */
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

/** The call may have been carried out, or not. */
const UNSURE = new Set([CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE]);
/** It was not carried out, and may be another time. */
const NOT_NOW = new Set([ABORTED, RESOURCE_EXHAUSTED]);
/** Of a commit. A database that is not there answers NOT_FOUND, too: to whoever looks what the document is like. */
const CONDITIONS = new Set([NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION]);
const REFUSED = new Set([PERMISSION_DENIED, UNAUTHENTICATED, NOT_FOUND]);

/** What Google's library says where there are none; it has no code. */
const NO_CREDENTIALS = /default credentials/;

/** How soon whoever asked may ask again. */
const RETRY_AFTER_MS = 1_000;

const Status = z.object({ code: z.number() });

/** A document was not as the commit wants it. */
export class Beaten extends Error {}

/** The error of a commit: its conditions are told apart from what else may be refused. */
export function commitError(error: unknown): unknown {
  const code = codeOf(error);
  const beaten = code !== undefined && CONDITIONS.has(code);
  return beaten ? new Beaten('A document is not as expected.', { cause: error }) : error;
}

export function mayTryAgain(error: unknown): boolean {
  const code = codeOf(error);
  return error instanceof Beaten || (code !== undefined && (UNSURE.has(code) || NOT_NOW.has(code)));
}

/** For whoever waits: it was tried for as long as somebody can be made to wait. */
export function unreachable(cause: unknown): UniCoreError {
  const why = codeOf(cause) === RESOURCE_EXHAUSTED ? 'has used up its quota' : 'does not answer';
  return new UniCoreError(
    'TIMEOUT',
    `The hub's store, Firestore, ${why}. Try again in a moment; what was asked for may or may not have been done.`,
    { cause, retryAfterMs: RETRY_AFTER_MS },
  );
}

/** Where trying again is no use. */
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
