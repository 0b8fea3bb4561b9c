/** Sorts the errors of Google's API: a retry may help, the place is full, or a person has to correct something. */
import { UniCoreError } from '@unicore/protocol';
import { z } from 'zod';
import { type Place, placeName } from './place.ts';
import type { RunMethod } from './run-api.ts';

/** The gRPC status codes that this file distinguishes. */
export const CANCELLED = 1;
export const UNKNOWN = 2;
export const INVALID_ARGUMENT = 3;
export const DEADLINE_EXCEEDED = 4;
export const NOT_FOUND = 5;
export const ALREADY_EXISTS = 6;
export const PERMISSION_DENIED = 7;
export const RESOURCE_EXHAUSTED = 8;
export const FAILED_PRECONDITION = 9;
export const ABORTED = 10;
export const INTERNAL = 13;
export const UNAVAILABLE = 14;
export const UNAUTHENTICATED = 16;

/**
 * With these codes it is unknown whether the call was carried out. That is no problem, because every call can be
 * repeated.
 */
const UNSURE = new Set([CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, ABORTED, INTERNAL, UNAVAILABLE]);
const REFUSED = new Set([PERMISSION_DENIED, UNAUTHENTICATED]);
/**
 * With these codes, Google refuses a change for which the job is in the wrong state, such as a delete while it
 * runs.
 */
const NOT_YET = new Set([FAILED_PRECONDITION, ABORTED]);
/** Part of the message of Google's library when there are no credentials. That error has no code. */
const NO_CREDENTIALS = /default credentials/;

/**
 * Time to wait when a place is full, ms. Google's quotas of calls are per minute, and another desktop must end
 * first.
 */
const FULL_MS = 15_000;
const UNREACHABLE_MS = 5_000;
/** Maximum length of Google's message in our error message, in characters. */
const MOST_DETAILS = 300;

const Status = z.object({ code: z.number(), details: z.string().nullish() });

export function statusOf(error: unknown): number | undefined {
  return Status.safeParse(error).data?.code;
}

/**
 * Returns true if the same call may succeed within seconds. If a place is full that takes longer, so CreateJob is
 * not repeated then.
 */
export function mayRepeat(error: unknown, method: RunMethod): boolean {
  const code = statusOf(error);
  if (code === ABORTED && method === 'DeleteJob') return false;
  return code !== undefined && (UNSURE.has(code) || (code === RESOURCE_EXHAUSTED && method !== 'CreateJob'));
}

/** Returns true if the change is not possible in the job's present state. */
export function isNotYet(error: unknown): boolean {
  const code = statusOf(error);
  return code !== undefined && NOT_YET.has(code);
}

/** Turns Google's error into an error for people, with the remedy. */
export function explained(error: unknown, method: RunMethod, place: Place): unknown {
  if (error instanceof UniCoreError) return error;
  const code = statusOf(error);
  const where = placeName(place);
  const said = detailsOf(error);
  const options = { cause: error };
  if (code === undefined && !NO_CREDENTIALS.test(String(error))) return error;
  if (code === undefined || REFUSED.has(code))
    return new UniCoreError(
      'LAUNCH_FAILED',
      `The hub may not use Cloud Run in ${where}. Give the hub's service account roles/run.developer on the project and roles/iam.serviceAccountUser on the desktops' account (npm run deploy does both), and check that the project's Cloud Run Admin API is on.${said}`,
      options,
    );
  if (code === RESOURCE_EXHAUSTED)
    return new UniCoreError(
      'NO_CAPACITY',
      `Cloud Run has no room for another desktop in ${where} now. Try again in a moment, raise the project's quota, or add a place.${said}`,
      { ...options, retryAfterMs: FULL_MS },
    );
  if (UNSURE.has(code))
    return new UniCoreError(
      'TIMEOUT',
      `Cloud Run in ${where} does not answer. Try again in a moment; what was asked for may or may not have been done.${said}`,
      { ...options, retryAfterMs: UNREACHABLE_MS },
    );
  return new UniCoreError(
    'LAUNCH_FAILED',
    `Cloud Run in ${where} refused ${method}. Check the place's project and region, the image and the service account.${said}`,
    options,
  );
}

/** Returns Google's own error, from an error that `explained` has returned. */
export function causeOf(error: unknown): unknown {
  return error instanceof UniCoreError ? error.cause : error;
}

function detailsOf(error: unknown): string {
  const details = Status.safeParse(error).data?.details;
  return details ? ` Cloud Run says: ${details.slice(0, MOST_DETAILS)}` : '';
}
