/** What went wrong, as a person should read it. Hub errors carry their own sentence; everything else gets one here. */

export interface Failure {
  /** From the closed list of protocol/src/wire/errors.ts; undefined where the request never reached a hub. */
  code: string | undefined;
  message: string;
}

const NO_HUB =
  'The hub does not answer. Check that it runs (npm start) and that this device is online; the page keeps trying.';

export function failureOf(error: unknown): Failure {
  const code = codeOf(error);
  if (code !== undefined && error instanceof Error) return { code, message: error.message };
  // fetch says no more than "Failed to fetch", each browser in its own words.
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
