/** Share links of desktops. Anybody with such a link may watch the desktop until it ends, without an account. */
import { TRPCClientError } from '@trpc/client';
import { ERRORS, type ErrorCode, UniCoreError } from '@unicore/protocol';
import type { Api } from './api.ts';

/** What a share link contains. */
export interface Share {
  sessionId: string;
  token: string;
}

const FORM = /^(?<sessionId>[\w-]+)\.(?<token>[\w-]+)$/;

/** Reads a share link: http(s)://HUB/desktop/shared#SESSION.TOKEN. Returns undefined if it is none. */
export function readShareLink(url: string): Share | undefined {
  const hash = URL.canParse(url) ? new URL(url).hash.slice(1) : '';
  const { sessionId, token } = FORM.exec(hash)?.groups ?? {};
  return sessionId === undefined || token === undefined ? undefined : { sessionId, token };
}

/** Returns a ticket for one connection. Rejects with UNAUTHENTICATED or SESSION_ENDED if the link is over. */
export async function guestTicket(api: Api, share: Share): Promise<string> {
  try {
    return (await api.vnc.guest.mutate(share)).ticket;
  } catch (error) {
    const code: unknown = error instanceof TRPCClientError ? error.data?.code : undefined;
    if (!(error instanceof Error) || !isErrorCode(code)) throw error;
    throw new UniCoreError(code, error.message, { cause: error });
  }
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}
