/** Measures the round trip of each part of the path to a terminal, while the page shows the results. */
import { useQuery } from '@tanstack/solid-query';
import type { Accessor } from 'solid-js';
import { useUniCore } from './unicore.tsx';

/** Milliseconds between two measurements. */
const EVERY_MS = 3_000;

export function usePath(vmId: Accessor<string>, terminalId: Accessor<string>, looking: Accessor<boolean>) {
  const { api, ping } = useUniCore();
  return useQuery(() => ({
    queryKey: ['path', vmId(), terminalId()],
    queryFn: async () => {
      const path = await api.vm.path.query({ vmId: vmId(), terminalId: terminalId() }).catch(() => UNKNOWN);
      // The ping to the hub starts after the API call, which returns the round trips behind the hub. If both
      // ran at once, the call and the rendering would delay the ping's answer, and the page would show a
      // round trip that is too long.
      return { hubMs: await ping(), ...path };
    },
    enabled: looking(),
    refetchInterval: EVERY_MS,
    // Old round trips are not kept, because a user could mistake them for current ones.
    gcTime: 0,
    retry: false,
  }));
}

/**
 * The round trips that are used if the hub's API call for them fails, for example because the provider is
 * offline or cannot measure round trips. null means unknown.
 */
const UNKNOWN = { providerMs: null, keeperMs: null, echoMs: null };
