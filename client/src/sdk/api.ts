/** The typed tRPC client. Calls are sent in HTTP batches. Subscriptions use server-sent events. */
import {
  createTRPCClient,
  httpBatchLink,
  httpSubscriptionLink,
  splitLink,
  type TRPCClient,
} from '@trpc/client';
import type { AppRouter } from '@unicore/server';
import { EventSource as PonyfillEventSource } from 'eventsource';

/** Largest number of calls in one HTTP request. A hub accepts at most 100 calls per request. */
const MAX_BATCH = 100;

/**
 * Returns a bearer token. Called for each request. If it returns undefined, a session cookie must sign the
 * user in.
 */
export type GetToken = () => string | undefined | Promise<string | undefined>;

export type Api = TRPCClient<AppRouter>;

/**
 * Creates the client. `url` is http(s)://…/trpc. A failed call rejects with a TRPCClientError whose `data` is
 * {code, message, retryAfterMs?}.
 */
export function createApi(url: string, getToken: GetToken | undefined): Api {
  const authorization = async (): Promise<Record<string, string>> => {
    const token = await getToken?.();
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  };
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (op) => op.type === 'subscription',
        true: subscriptionLink(url, getToken && authorization),
        false: httpBatchLink({ url, headers: authorization, maxItems: MAX_BATCH }),
      }),
    ],
  });
}

/**
 * The browser's EventSource sends cookies but no other headers. The package `eventsource` is used for bearer
 * tokens and in Node.
 */
function subscriptionLink(url: string, authorization: (() => Promise<Record<string, string>>) | undefined) {
  if (authorization === undefined && typeof EventSource !== 'undefined') return httpSubscriptionLink({ url });
  return httpSubscriptionLink({
    url,
    EventSource: PonyfillEventSource,
    eventSourceOptions: {
      fetch: async (input, init) =>
        fetch(input, { ...init, headers: { ...init.headers, ...(await authorization?.()) } }),
    },
  });
}
