/** How long each piece of the way to a terminal takes, asked while somebody looks. */
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
      // Behind it: beside it, the ping's answer would wait for what this page does to show itself and to ask.
      return { hubMs: await ping(), ...path };
    },
    enabled: looking(),
    refetchInterval: EVERY_MS,
    // Figures of an earlier look would be taken for those of now.
    gcTime: 0,
    retry: false,
  }));
}

/** The provider is away, or a version of it that does not measure. */
const UNKNOWN = { providerMs: null, keeperMs: null, echoMs: null };
