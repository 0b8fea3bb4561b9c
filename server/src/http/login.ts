/**
 * The paths /login and /logout: a login link is exchanged for a session cookie; signing out closes everything that the
 * session has open.
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
  /** Whether the hub is reached by https only. */
  secure: boolean;
}

/** GET /login?key=…: a wrong key is answered with an HTML page, because people follow links. */
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
 * Only wrong keys count against the address's limit, so that guesses from the same address never lock out a valid key.
 */
async function signIn({ auth, limit, addressOf }: LoginDeps, request: IncomingMessage, key: string) {
  try {
    return await auth.login(key);
  } catch (error) {
    if (error instanceof UniCoreError) await limit.use(addressOf(request));
    throw error;
  }
}

/** POST /logout: ends the session or bearer token of the request. */
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
  // A form on another site sends no cookie, so its request must not remove the cookie from the browser either.
  if (proof?.kind === 'session') response.setHeader('Set-Cookie', setSessionCookie('', 0, deps.secure));
  response.writeHead(204).end();
}
