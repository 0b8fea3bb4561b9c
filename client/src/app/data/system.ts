/** Queries for the signed-in user and for information about the hub. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/solid-query';
import { useUniCore } from './unicore.tsx';

const RETRY_MS = 2_000;

export function useSystem() {
  const { api } = useUniCore();
  return useQuery(() => ({
    queryKey: ['system'],
    queryFn: () => api.system.info.query(),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    // Repeats a failed request, so that a page that was opened during a restart of the hub recovers by
    // itself.
    refetchInterval: (query) => (query.state.status === 'error' ? RETRY_MS : false),
  }));
}

/** Signs the user out in this browser. Other browsers of the same user stay signed in. */
export function useLogOut() {
  const queries = useQueryClient();
  return useMutation(() => ({
    mutationFn: async () => {
      const answer = await fetch('/logout', { method: 'POST' });
      if (!answer.ok) throw new Error(`The hub answered ${answer.status}. Try again.`);
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['system'] }),
    meta: { failed: 'You are still signed in' },
  }));
}
