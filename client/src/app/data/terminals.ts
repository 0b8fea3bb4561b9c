/** Query for the list of a machine's terminals. The machine's provider keeps the list. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/solid-query';
import type { Accessor } from 'solid-js';
import { useUniCore } from './unicore.tsx';

/** Pause before the page asks an unreachable provider again, ms. The provider's answer restores the tabs. */
const RETRY_MS = 5_000;

const key = (vmId: string): string[] => ['terminals', vmId];

export function useTerminals(vmId: Accessor<string>) {
  const { api } = useUniCore();
  return useQuery(() => ({
    queryKey: key(vmId()),
    queryFn: () => api.vm.terminals.query({ vmId: vmId() }),
    reconcile: 'terminalId',
    // An old list is not kept, because it could contain terminals that were closed since.
    gcTime: 0,
    retry: false,
    refetchInterval: (query) => (query.state.status === 'error' ? RETRY_MS : false),
  }));
}

/** Returns a mutation that closes a terminal. The terminal's shell ends for all viewers. */
export function useCloseTerminal() {
  const { api } = useUniCore();
  const queries = useQueryClient();
  return useMutation(() => ({
    mutationFn: (terminal: { vmId: string; terminalId: string }) => api.vm.closeTerminal.mutate(terminal),
    onSettled: (_done, _error, { vmId }) => queries.invalidateQueries({ queryKey: key(vmId) }),
    meta: { failed: 'The terminal was not closed' },
  }));
}
