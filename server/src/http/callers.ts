/** Authenticates requests: by a bearer token from anywhere, or by a session cookie from an allowed origin. */
import type { IncomingMessage } from 'node:http';
import { UniCoreError } from '@unicore/protocol';
import type { Caller, Origins, Sessions } from '../auth/index.ts';

const COOKIE = 'unicore_session';
const BEARER = /^Bearer +(\S+)$/i;
/** Methods that change nothing; a browser may send them without an Origin header. */
const SAFE = new Set(['GET', 'HEAD']);

/** The secret that a request carries. A bearer token takes precedence over a cookie. */
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
   * The caller of a request; undefined: it proves none. Throws UNAUTHENTICATED for a wrong token and FORBIDDEN for a
   * wrong origin.
   */
  async of(request: IncomingMessage): Promise<Caller | undefined> {
    const proof = proofOf(request);
    // Also checks the origin of a request without cookie or token: a foreign page could use up its visitor's rate limit.
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

  /** The caller of a WebSocket upgrade by its cookie. The Origin header was checked before. */
  async ofCookie({ headers }: IncomingMessage): Promise<Caller | undefined> {
    const session = cookieOf(headers.cookie);
    return session === undefined ? undefined : this.#sessions.caller('session', session);
  }

  /** Checks the Origin header of a request that a cookie authenticates. Throws FORBIDDEN for a wrong origin. */
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

/** The Set-Cookie header of a session. maxAgeMs: 0 removes the cookie. */
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
