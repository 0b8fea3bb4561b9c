/**
 * Authenticates requests by a bearer token from any origin, or by a session cookie from an allowed origin.
 */
import type { IncomingMessage } from 'node:http';
import { UniCoreError } from '@unicore/protocol';
import type { Caller, Origins, Sessions } from '../auth/index.ts';

const COOKIE = 'unicore_session';
const BEARER = /^Bearer +(\S+)$/i;
/** HTTP methods that change nothing, except where a procedure says so. A browser may send them without an Origin header. */
const SAFE = new Set(['GET', 'HEAD']);

/**
 * The secret that a request carries. If the request has both a bearer token and a cookie, the token is used.
 */
export interface Proof {
  kind: 'bearer' | 'session';
  secret: string;
}

export class Callers {
  readonly #sessions: Sessions;
  readonly #origins: Origins;

  constructor(sessions: Sessions, origins: Origins) {
    this.#sessions = sessions;
    this.#origins = origins;
  }

  /**
   * Returns the user and session id of a request. Returns undefined if the request contains no valid cookie
   * or token. Throws UNAUTHENTICATED for an invalid bearer token, and FORBIDDEN for an origin that is not
   * allowed. changes: true if the request may change something although its method is GET.
   */
  async of(request: IncomingMessage, changes = false): Promise<Caller | undefined> {
    const proof = proofOf(request);
    // The hub also checks the origin of a request without cookie or token. Otherwise a page of another site
    // could use up the rate limit of its visitor's address.
    if (!proof && request.headers.origin !== undefined) this.checkOrigin(request, changes);
    if (!proof) return undefined;
    const caller = await this.#sessions.caller(proof.kind, proof.secret);
    if (proof.kind === 'bearer' && !caller) {
      throw new UniCoreError(
        'UNAUTHENTICATED',
        'The bearer token is unknown or was ended. Ask for a new one.',
      );
    }
    if (proof.kind === 'session' && caller) this.checkOrigin(request, changes);
    return caller;
  }

  /**
   * Returns the user and session id for the cookie of a WebSocket upgrade request. The Origin header has been
   * checked before.
   */
  async ofCookie({ headers }: IncomingMessage): Promise<Caller | undefined> {
    const session = cookieOf(headers.cookie);
    return session === undefined ? undefined : this.#sessions.caller('session', session);
  }

  /** Checks the Origin header of a request. Throws FORBIDDEN if the origin is not allowed. */
  checkOrigin({ headers, method = 'GET' }: IncomingMessage, changes = false): void {
    this.#origins.check(headers, changes || !SAFE.has(method));
  }
}

export function proofOf({ headers }: IncomingMessage): Proof | undefined {
  const bearer = BEARER.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return { kind: 'bearer', secret: bearer };
  const session = cookieOf(headers.cookie);
  return session === undefined ? undefined : { kind: 'session', secret: session };
}

/**
 * Returns the Set-Cookie header for a session. maxAgeMs: lifetime of the cookie, ms; 0 removes the cookie.
 */
export function setSessionCookie(value: string, maxAgeMs: number, secure: boolean): string {
  const attributes = `Path=/; Max-Age=${Math.floor(maxAgeMs / 1000)}; HttpOnly; SameSite=Strict`;
  return `${COOKIE}=${value}; ${attributes}${secure ? '; Secure' : ''}`;
}

function cookieOf(header: string | undefined): string | undefined {
  const found = header
    ?.split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${COOKIE}=`));
  return found?.slice(COOKIE.length + 1);
}
