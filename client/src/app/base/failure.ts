/**
 * Turns an error into a sentence for the user. Errors from the hub already contain a sentence. This file adds
 * one to other errors.
 */

export interface Failure {
  /** Error code of the protocol; undefined if the error does not come from the hub. */
  code: string | undefined;
  message: string;
}

const NO_HUB =
  'The hub does not answer. Check that it runs (npm start) and that this device is online; the page keeps trying.';

export function failureOf(error: unknown): Failure {
  const code = codeOf(error);
  if (code !== undefined && error instanceof Error) return { code, message: error.message };
  // If the hub is unreachable, fetch reports only a technical text such as "Failed to fetch", which differs
  // between browsers. The user gets a helpful sentence instead.
  if (hasCause(error)) return { code: undefined, message: NO_HUB };
  const message = error instanceof Error && error.message ? error.message : String(error);
  return { code: undefined, message };
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('data' in error)) return undefined;
  const { data } = error;
  if (typeof data !== 'object' || data === null || !('code' in data)) return undefined;
  return typeof data.code === 'string' ? data.code : undefined;
}

function hasCause(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof Error && error.cause instanceof Error);
}
