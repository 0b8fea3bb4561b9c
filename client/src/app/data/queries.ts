/** The query cache. It also shows an error message to the user when an action fails. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/solid-query';
import { ERRORS, type ErrorCode } from '@unicore/protocol/errors';
import { failureOf } from '../base/index.ts';
import { failed } from '../ui/index.ts';

const RETRIES = 3;

declare module '@tanstack/solid-query' {
  interface Register {
    /**
     * failed: the title of the error message, such as 'The machine was not started'. Omit it if a form shows
     * the error itself.
     */
    mutationMeta: { failed?: string };
  }
}

export function createQueries(): QueryClient {
  const queries = new QueryClient({
    queryCache: new QueryCache({ onError: signedOut }),
    mutationCache: new MutationCache({
      onError: (error, _input, _context, mutation) => {
        signedOut(error);
        if (mutation.meta?.failed) failed(mutation.meta.failed, error);
      },
    }),
    defaultOptions: { queries: { retry: (count, error) => count < RETRIES && mayRetry(error) } },
  });

  /** Requests the sign-in state again after the session has ended. The page then explains how to sign in. */
  function signedOut(error: unknown): void {
    if (failureOf(error).code === 'UNAUTHENTICATED') void queries.invalidateQueries({ queryKey: ['system'] });
  }

  return queries;
}

function mayRetry(error: unknown): boolean {
  const { code } = failureOf(error);
  if (code === undefined) return true;
  return code in ERRORS && ERRORS[code as ErrorCode].retry;
}
