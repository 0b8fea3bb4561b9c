/** /login and /logout: a link becomes a session cookie, and a session ends with all that it has open. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ERRORS, UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Limit } from '../auth/limits.ts';
import type { LocalAuth } from '../auth/local.ts';
import type { HubEvents } from '../events.ts';
import { addressOf } from './address.ts';
import { type Callers, proofOf, setSessionCookie } from './callers.ts';
import { sendError, sendPage } from './respond.ts';

export interface LoginDeps {
  auth: LocalAuth;
  callers: Callers;
  events: HubEvents;
  log: Logger;
  limit: Limit;
  /** The hub is reached by https only. */
  secure: boolean;
}

/** GET /login?key=…: the answer to a wrong key is a page, for people follow links. */
export async function login(deps: LoginDeps, request: IncomingMessage, response: ServerResponse, url: URL) {
  try {
    await deps.limit.use(addressOf(request));
    const { user, session } = await deps.auth.login(url.searchParams.get('key') ?? '');
    deps.log.info({ user: user.userId }, 'signed in');
    const maxAge = session.expiresAt === null ? 0 : session.expiresAt - Date.now();
    response.setHeader('Set-Cookie', setSessionCookie(session.secret, maxAge, deps.secure));
    response.writeHead(303, { Location: '/', 'Cache-Control': 'no-store' }).end();
  } catch (error) {
    if (!(error instanceof UniCoreError)) throw error;
    sendPage(response, ERRORS[error.code].http, 'You are not signed in', error.message);
  }
}

/** POST /logout: ends the session or bearer token that the request came with. */
export async function logout(deps: LoginDeps, request: IncomingMessage, response: ServerResponse) {
  if (request.method !== 'POST') {
    response.setHeader('Allow', 'POST');
    return sendError(response, new UniCoreError('BAD_REQUEST', 'Sign out with POST.'));
  }
  const proof = proofOf(request);
  if (proof?.kind === 'session') deps.callers.checkOrigin(request);
  const ended = proof && (await deps.auth.logout(proof.kind, proof.secret));
  if (ended !== undefined) {
    deps.log.info({ session: ended }, 'signed out');
    deps.events.emit('sessionEnded', ended);
  }
  response.setHeader('Set-Cookie', setSessionCookie('', 0, deps.secure));
  response.writeHead(204).end();
}
