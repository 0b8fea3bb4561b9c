/** Queries for the list of providers and for the token with which a new provider joins. */
import { useMutation, useQuery } from '@tanstack/solid-query';
import { useUniCore } from './unicore.tsx';

/** Interval between two requests for the list of providers, ms. Providers report their load every 5 s. */
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

/**
 * Returns a function that finds a provider's name by its id. The name is undefined while the list of
 * providers is not loaded.
 */
export function useProviderName(): (providerId: string | null) => string | undefined {
  const providers = useProviders();
  return (id) =>
    providers.isPending ? undefined : providers.data?.find(({ providerId }) => providerId === id)?.name;
}

export function useJoinToken() {
  const { api } = useUniCore();
  return useMutation(() => ({ mutationFn: () => api.provider.joinToken.mutate() }));
}
