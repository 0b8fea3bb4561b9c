/**
 * Translates between the error codes of this project and those of tRPC. Every client gets an error as {code,
 * message, retryAfterMs?}.
 */

import type { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { type TRPC_ERROR_CODE_NUMBER, TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { ERRORS, type ErrorCode, UniCoreError } from '@unicore/protocol';
import type { ApiError } from '@unicore/protocol/api';
import { z } from 'zod';

type TrpcCode = TRPCError['code'];

/** tRPC's error code for each HTTP status that this project's errors use. */
const BY_STATUS: Record<number, TrpcCode> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  408: 'TIMEOUT',
  409: 'CONFLICT',
  410: 'NOT_FOUND',
  413: 'PAYLOAD_TOO_LARGE',
  426: 'PRECONDITION_FAILED',
  429: 'TOO_MANY_REQUESTS',
  500: 'INTERNAL_SERVER_ERROR',
  503: 'SERVICE_UNAVAILABLE',
  504: 'GATEWAY_TIMEOUT',
  507: 'SERVICE_UNAVAILABLE',
};

/** This project's error code for each error that tRPC or the REST adapter throws itself. */
const BY_TRPC_CODE: Partial<Record<TrpcCode, ErrorCode>> = {
  PARSE_ERROR: 'BAD_REQUEST',
  BAD_REQUEST: 'BAD_REQUEST',
  METHOD_NOT_SUPPORTED: 'BAD_REQUEST',
  UNSUPPORTED_MEDIA_TYPE: 'BAD_REQUEST',
  NOT_FOUND: 'NOT_FOUND',
  PAYLOAD_TOO_LARGE: 'MESSAGE_TOO_BIG',
  CLIENT_CLOSED_REQUEST: 'BAD_REQUEST',
};

export interface Failure {
  body: z.infer<typeof ApiError> & { code: ErrorCode };
  status: number;
}

/**
 * Returns the error body and HTTP status for a client. The client gets an unexpected error as INTERNAL. The
 * details of that error appear only in the hub's log.
 */
export function failureOf(error: TRPCError): Failure {
  const { cause } = error;
  if (cause instanceof UniCoreError) return ours(cause);
  const code = BY_TRPC_CODE[error.code];
  if (!code) {
    return ours(new UniCoreError('INTERNAL', 'The hub failed because of a defect. Its log has the details.'));
  }
  return { body: { code, message: messageOf(error) }, status: getHTTPStatusCodeFromError(error) };
}

function messageOf({ code, message, cause }: TRPCError): string {
  if (cause instanceof z.ZodError) return inputMessage(cause);
  return (code === 'PARSE_ERROR' && 'The body of the request is no valid JSON.') || message;
}

/**
 * Returns tRPC's error number for an HTTP status. A tRPC client retries a failed subscription only if the
 * error number is that of a 5xx status.
 */
export function trpcNumberOf(status: number): TRPC_ERROR_CODE_NUMBER {
  return TRPC_ERROR_CODES_BY_KEY[BY_STATUS[status] ?? 'INTERNAL_SERVER_ERROR'];
}

/**
 * Returns the HTTP status of the response to a batch of `calls` tRPC calls. errors: the errors of the calls
 * that failed. The status is 207 if the errors have different statuses. Returns undefined if at least one
 * call succeeded. In that case tRPC chooses the status.
 */
export function statusOf(errors: readonly TRPCError[], calls: number): number | undefined {
  if (errors.length < calls) return undefined;
  const statuses = new Set(errors.map((error) => failureOf(error).status));
  const [status, another] = statuses;
  return another === undefined ? status : 207;
}

function ours({ code, message, retryAfterMs }: UniCoreError): Failure {
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { body: { code, message, ...wait }, status: ERRORS[code].http };
}

/** Returns an error message for invalid input, such as `cols: Too small: expected number to be >=2`. */
function inputMessage({ issues }: z.ZodError): string {
  return issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}
