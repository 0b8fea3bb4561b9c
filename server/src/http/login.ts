/**
 * Handles /login and /logout. /login exchanges the key of a login link for a session cookie. /logout ends a
 * session and everything that the session has open.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ERRORS, UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Limit, LocalAuth, Sessions } from '../auth/index.ts';
import type { AddressOf } from './address.ts';
import { type Callers, proofOf, setSessionCookie } from './callers.ts';
import { sendError, sendPage } from './respond.ts';

export interface LoginDeps {
  auth: LocalAuth;
  sessions: Sessions;
  callers: Callers;
  log: Logger;
  limit: Limit;
  addressOf: AddressOf;
  /** True if clients reach the hub by https only. The cookie then gets the Secure attribute. */
  secure: boolean;
}

/**
 * Handles GET /login?key=…. The answer to a wrong key is an HTML page, because people open login links in a
 * browser.
 */
export async function login(deps: LoginDeps, request: IncomingMessage, response: ServerResponse, url: URL) {
  try {
    const { user, session } = await signIn(deps, request, url.searchParams.get('key') ?? '');
    deps.log.info({ user: user.userId }, 'signed in');
    const maxAge = session.expiresAt === null ? 0 : session.expiresAt - Date.now();
    response.setHeader('Set-Cookie', setSessionCookie(session.secret, maxAge, deps.secure));
    response.writeHead(303, { Location: '/', 'Cache-Control': 'no-store' }).end();
  } catch (error) {
    if (!(error instanceof UniCoreError)) throw error;
    sendPage(response, ERRORS[error.code].http, 'You are not signed in', error.message);
  }
}

/**
 * Signs a user in with a login key. Only wrong keys count against the rate limit. A right key therefore works
 * even while somebody else guesses keys from the same address.
 */
async function signIn({ auth, limit, addressOf }: LoginDeps, request: IncomingMessage, key: string) {
  try {
    return await auth.login(key);
  } catch (error) {
    if (error instanceof UniCoreError) await limit.use(addressOf(request));
    throw error;
  }
}

/** Handles POST /logout. Ends the session or bearer token that the request carries. */
export async function logout(deps: LoginDeps, request: IncomingMessage, response: ServerResponse) {
  if (request.method !== 'POST') {
    response.setHeader('Allow', 'POST');
    return sendError(response, new UniCoreError('BAD_REQUEST', 'Sign out with POST.'));
  }
  const proof = proofOf(request);
  if (proof?.kind === 'session') deps.callers.checkOrigin(request);
  const ended = proof && (await deps.sessions.logout(proof.kind, proof.secret));
  if (ended !== undefined) {
    deps.log.info({ session: ended }, 'signed out');
  }
  // A form on another site sends no cookie, because the cookie is SameSite=Strict. Such a request must not
  // clear the browser's cookie.
  if (proof?.kind === 'session') response.setHeader('Set-Cookie', setSessionCookie('', 0, deps.secure));
  response.writeHead(204).end();
}
