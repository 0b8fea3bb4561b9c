/** Query for the terminals of one machine. Its provider keeps the list. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/solid-query';
import type { Accessor } from 'solid-js';
import { useUniCore } from './unicore.tsx';

/** Pause before an unreachable provider is asked again, ms. Its answer restores the tabs. */
const RETRY_MS = 5_000;

const key = (vmId: string): string[] => ['terminals', vmId];

export function useTerminals(vmId: Accessor<string>) {
  const { api } = useUniCore();
  return useQuery(() => ({
    queryKey: key(vmId()),
    queryFn: () => api.vm.terminals.query({ vmId: vmId() }),
    reconcile: 'terminalId',
    // An old list would show terminals again that were closed since, so it is not kept.
    gcTime: 0,
    retry: false,
    refetchInterval: (query) => (query.state.status === 'error' ? RETRY_MS : false),
  }));
}

/** Closes a terminal: ends its shell for all viewers. */
export function useCloseTerminal() {
  const { api } = useUniCore();
  const queries = useQueryClient();
  return useMutation(() => ({
    mutationFn: (terminal: { vmId: string; terminalId: string }) => api.vm.closeTerminal.mutate(terminal),
    onSettled: (_done, _error, { vmId }) => queries.invalidateQueries({ queryKey: key(vmId) }),
    meta: { failed: 'The terminal was not closed' },
  }));
}
