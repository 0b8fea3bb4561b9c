/**
 * The complete list of errors. An error's number is used on the wire (u16), in WebSocket close codes (4000 +
 * number) and in logs. People and API clients see the error's name. A number is never used again for another
 * error.
 */

interface ErrorKind {
  /**
   * The error's number in RESET, FIN, DETACHED and GOAWAY. A WebSocket is closed with the code 4000 + this
   * number.
   */
  readonly number: number;
  /** The HTTP status of this error in the REST and tRPC interfaces. */
  readonly http: number;
  /** True if the same request may succeed later. */
  readonly retry: boolean;
}

export const ERRORS = {
  OK: { number: 0, http: 200, retry: false },
  BAD_REQUEST: { number: 1, http: 400, retry: false },
  UNAUTHENTICATED: { number: 2, http: 401, retry: false },
  FORBIDDEN: { number: 3, http: 403, retry: false },
  /**
   * The object does not exist, or it does not belong to the caller. A caller cannot tell the two cases apart.
   */
  NOT_FOUND: { number: 4, http: 404, retry: false },
  CONFLICT: { number: 5, http: 409, retry: false },
  VM_NOT_RUNNING: { number: 6, http: 409, retry: false },
  PROVIDER_UNREACHABLE: { number: 7, http: 503, retry: true },
  NO_CAPACITY: { number: 8, http: 503, retry: true },
  TICKET_INVALID: { number: 9, http: 401, retry: false },
  RATE_LIMITED: { number: 10, http: 429, retry: true },
  /** The bytes are not a legal frame, or this kind of peer may not send this frame. */
  PROTOCOL_ERROR: { number: 11, http: 400, retry: false },
  MESSAGE_TOO_BIG: { number: 12, http: 413, retry: false },
  HELLO_TIMEOUT: { number: 13, http: 408, retry: true },
  VERSION_UNSUPPORTED: { number: 14, http: 426, retry: false },
  KIND_UNKNOWN: { number: 15, http: 400, retry: false },
  /** A channel cannot be resumed, because the other end no longer knows it. */
  EPOCH_LOST: { number: 16, http: 410, retry: false },
  CHANNEL_UNKNOWN: { number: 17, http: 404, retry: false },
  /**
   * Bytes came beyond the credit limit or at a wrong offset, or bytes were acknowledged before they were
   * sent.
   */
  FLOW_VIOLATION: { number: 18, http: 400, retry: false },
  TOO_MANY_CHANNELS: { number: 19, http: 429, retry: true },
  /** The other side of a socket sent nothing for too long. The limit is 25 s for peers over the Internet. */
  PEER_SILENT: { number: 20, http: 503, retry: true },
  /** A newer socket of the same provider, or a newer attempt of the same desktop, has replaced this one. */
  SUPERSEDED: { number: 21, http: 409, retry: false },
  GOING_AWAY: { number: 22, http: 503, retry: true },
  /** A socket on the path of the channel has closed. */
  LEG_LOST: { number: 23, http: 503, retry: true },
  /** Bytes were lost between two hops. The channel recovers with a new attachment. */
  GAP: { number: 24, http: 503, retry: true },
  READ_ONLY: { number: 25, http: 403, retry: false },
  RUNTIME_UNAVAILABLE: { number: 26, http: 503, retry: true },
  IMAGE_MISSING: { number: 27, http: 503, retry: false },
  DISK_FULL: { number: 28, http: 507, retry: false },
  CONTAINER_LOST: { number: 29, http: 410, retry: false },
  REVOKED: { number: 30, http: 403, retry: false },
  TIMEOUT: { number: 31, http: 504, retry: true },
  INTERNAL: { number: 32, http: 500, retry: true },
  /**
   * The hubs cannot reach what they share, such as Redis. Requests that need two hubs wait. Other requests go
   * on.
   */
  BACKPLANE_DOWN: { number: 33, http: 503, retry: true },
  /** Another person or program has the controls of the desktop. */
  CONTROL_HELD: { number: 34, http: 409, retry: true },
  /** The desktop has ended. A new one can be created. */
  SESSION_ENDED: { number: 35, http: 410, retry: false },
  /** A desktop could not be started. The message contains the last lines of the program that failed. */
  LAUNCH_FAILED: { number: 36, http: 503, retry: true },
  /** A file, a text or a CDP message is larger than a desktop accepts. */
  TOO_LARGE: { number: 37, http: 413, retry: false },
  /** The desktop has cost as much as its budget allows. */
  BUDGET_SPENT: { number: 38, http: 402, retry: false },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

const NAMES = new Map<number, ErrorCode>(
  (Object.keys(ERRORS) as ErrorCode[]).map((name) => [ERRORS[name].number, name]),
);

/**
 * Returns the name of an error number from the wire. An unknown number, for example from a newer peer,
 * becomes INTERNAL.
 */
export function errorName(number: number): ErrorCode {
  return NAMES.get(number) ?? 'INTERNAL';
}

/** Returns the WebSocket close code of an error: 1000 for OK, otherwise 4000 + the error's number. */
export function closeCode(code: ErrorCode): number {
  return code === 'OK' ? 1000 : 4000 + ERRORS[code].number;
}

/**
 * Returns the error that a WebSocket close code stands for. Returns undefined for codes that are not from
 * this list, such as 1006.
 */
export function closeError(closeCode: number): ErrorCode | undefined {
  if (closeCode === 1000) return 'OK';
  return closeCode >= 4000 ? NAMES.get(closeCode - 4000) : undefined;
}

/**
 * The only type of error that crosses module boundaries. It has a code from the list of errors and a message
 * for people.
 */
export class UniCoreError extends Error {
  readonly code: ErrorCode;
  /** Number of ms to wait before a retry; undefined if the sender of the error does not know. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'UniCoreError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}
