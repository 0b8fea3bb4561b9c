/** Classifies the errors of Google's API: a retry may help, the place is full, or a person has to fix it. */
import { UniCoreError } from '@unicore/protocol';
import { z } from 'zod';
import { type Place, placeName } from './place.ts';
import type { RunMethod } from './run-api.ts';

/** The gRPC status codes that this module distinguishes. */
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

/** After these codes it is unknown whether the call was carried out. Every call may be repeated. */
const UNSURE = new Set([CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, ABORTED, INTERNAL, UNAVAILABLE]);
const REFUSED = new Set([PERMISSION_DENIED, UNAUTHENTICATED]);
/** Google refuses a change that does not fit the state of the job, such as a delete while it runs. */
const NOT_YET = new Set([FAILED_PRECONDITION, ABORTED]);
/** The message of Google's library if there are no credentials. This error has no code. */
const NO_CREDENTIALS = /default credentials/;

/** Google's quotas of calls are per minute, and a job must end before there is room for another. */
const FULL_MS = 15_000;
const UNREACHABLE_MS = 5_000;
/** Google's sentence is passed on up to this length. */
const MOST_DETAILS = 300;

const Status = z.object({ code: z.number(), details: z.string().nullish() });

export function statusOf(error: unknown): number | undefined {
  return Status.safeParse(error).data?.code;
}

/** True if the same call may succeed within seconds. A full place needs longer, so CreateJob is not repeated. */
export function mayRepeat(error: unknown, method: RunMethod): boolean {
  const code = statusOf(error);
  if (code === ABORTED && method === 'DeleteJob') return false;
  return code !== undefined && (UNSURE.has(code) || (code === RESOURCE_EXHAUSTED && method !== 'CreateJob'));
}

/** True if the job's state does not allow the change yet. */
export function isNotYet(error: unknown): boolean {
  const code = statusOf(error);
  return code !== undefined && NOT_YET.has(code);
}

/** Returns the error for people, with the remedy. */
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

/** Returns Google's error from an explained one. */
export function causeOf(error: unknown): unknown {
  return error instanceof UniCoreError ? error.cause : error;
}

function detailsOf(error: unknown): string {
  const details = Status.safeParse(error).data?.details;
  return details ? ` Cloud Run says: ${details.slice(0, MOST_DETAILS)}` : '';
}
