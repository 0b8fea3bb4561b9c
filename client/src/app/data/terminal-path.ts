/** Round trips of each piece of the path to a terminal, measured while they are shown. */
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
      // The ping follows the other request. In parallel, that request and rendering would delay the ping's answer.
      return { hubMs: await ping(), ...path };
    },
    enabled: looking(),
    refetchInterval: EVERY_MS,
    // Old figures would look like current ones, so they are not kept.
    gcTime: 0,
    retry: false,
  }));
}

/** No round trips are known while the provider is offline, or if its version cannot measure them. */
const UNKNOWN = { providerMs: null, keeperMs: null, echoMs: null };
