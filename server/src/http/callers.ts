/** Who a request comes from: a bearer token from anywhere, or a session cookie from a page of ours. */
import type { IncomingMessage } from 'node:http';
import { UniCoreError } from '@unicore/protocol';
import type { Caller, Origins, Sessions } from '../auth/index.ts';

const COOKIE = 'unicore_session';
const BEARER = /^Bearer +(\S+)$/i;
/** Methods that change nothing; a browser may send them without saying from which page. */
const SAFE = new Set(['GET', 'HEAD']);

/** What a request brings as proof. A bearer token counts before a cookie. */
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

  /** Undefined: nobody. Throws UNAUTHENTICATED for a wrong token and FORBIDDEN for a wrong page. */
  async of(request: IncomingMessage): Promise<Caller | undefined> {
    const proof = proofOf(request);
    // A page of somebody else could at least use up what this address may try.
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

  /** The caller whose cookie came with a WebSocket's upgrade, whose Origin was checked already. */
  async ofCookie({ headers }: IncomingMessage): Promise<Caller | undefined> {
    const session = cookieOf(headers.cookie);
    return session === undefined ? undefined : this.#sessions.caller('session', session);
  }

  /** For requests that a cookie proves. */
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

/** maxAgeMs: 0 removes it. */
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
