/** Queries for the signed-in user and for what this hub offers. */
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
    // Retries, so that a page that was opened while the hub restarts recovers by itself.
    refetchInterval: (query) => (query.state.status === 'error' ? RETRY_MS : false),
  }));
}

/** Signs this browser out. Other browsers of the same user stay signed in. */
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
