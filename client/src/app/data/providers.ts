/** Providers: whose machines run ours, and the token that adds one. */
import { useMutation, useQuery } from '@tanstack/solid-query';
import { useUniCore } from './unicore.tsx';

/** A provider reports its load every 5 s; asking more often shows nothing new. */
const REFRESH_MS = 5_000;

export function useProviders() {
  const { api } = useUniCore();
  return useQuery(() => ({
    queryKey: ['providers'],
    queryFn: () => api.provider.list.query(),
    reconcile: 'providerId',
    refetchInterval: REFRESH_MS,
  }));
}

/** The name of a provider; undefined while unknown. Reads the list without waiting for it. */
export function useProviderName(): (providerId: string | null) => string | undefined {
  const providers = useProviders();
  return (id) =>
    providers.isPending ? undefined : providers.data?.find(({ providerId }) => providerId === id)?.name;
}

export function useJoinToken() {
  const { api } = useUniCore();
  return useMutation(() => ({ mutationFn: () => api.provider.joinToken.mutate() }));
}
