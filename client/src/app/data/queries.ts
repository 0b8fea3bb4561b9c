/** The page's cache, and the one place where failures of actions are told. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/solid-query';
import { ERRORS, type ErrorCode } from '@unicore/protocol/errors';
import { failureOf } from '../base/index.ts';
import { failed } from '../ui/index.ts';

const RETRIES = 3;

declare module '@tanstack/solid-query' {
  interface Register {
    /** failed: what to say when it fails ('The machine was not started'). Absent where a form shows it itself. */
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

  /** The session ended: asking again who is signed in shows the page that says how to sign in. */
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
