/** Authenticates requests: by a bearer token from anywhere, or by a session cookie from one of the hub's own pages. */
import type { IncomingMessage } from 'node:http';
import { UniCoreError } from '@unicore/protocol';
import type { Caller, Origins, Sessions } from '../auth/index.ts';

const COOKIE = 'unicore_session';
const BEARER = /^Bearer +(\S+)$/i;
/** Methods that change nothing. Browsers may send them without an Origin header. */
const SAFE = new Set(['GET', 'HEAD']);

/** The credential of a request. A bearer token takes precedence over a cookie. */
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
   * Returns undefined for a request without credentials. Throws UNAUTHENTICATED for a wrong token and FORBIDDEN for a
   * page of another origin.
   */
  async of(request: IncomingMessage): Promise<Caller | undefined> {
    const proof = proofOf(request);
    // Without this check, a foreign page could at least use up the rate limit of the visitor's address.
    if (!proof && request.headers.origin !== undefined) this.checkOrigin(request);
    if (!proof) return undefined;
    const caller = await this.#sessions.caller(proof.kind, proof.secret);
    if (proof.kind === 'bearer' && !caller) {
      throw new UniCoreError(
        'UNAUTHENTICATED',
        'The bearer token is unknown or was ended. Ask for a new one.',
      );
    }
    if (proof.kind === 'session' && caller) this.checkOrigin(request);
    return caller;
  }

  /** The caller by the cookie of a WebSocket upgrade. Its Origin has been checked already. */
  async ofCookie({ headers }: IncomingMessage): Promise<Caller | undefined> {
    const session = cookieOf(headers.cookie);
    return session === undefined ? undefined : this.#sessions.caller('session', session);
  }

  /** Throws FORBIDDEN if a request that is authenticated by a cookie comes from a foreign page. */
  checkOrigin({ headers, method = 'GET' }: IncomingMessage): void {
    this.#origins.check(headers, !SAFE.has(method));
  }
}

export function proofOf({ headers }: IncomingMessage): Proof | undefined {
  const bearer = BEARER.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return { kind: 'bearer', secret: bearer };
  const session = cookieOf(headers.cookie);
  return session === undefined ? undefined : { kind: 'session', secret: session };
}

/** maxAgeMs: 0 removes the cookie. */
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
