/** The terminals of one machine, as its provider lists them. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/solid-query';
import type { Accessor } from 'solid-js';
import { useUniCore } from './unicore.tsx';

/** A provider that is away is asked again, ms: then the tabs that it kept come back. */
const RETRY_MS = 5_000;

const key = (vmId: string): string[] => ['terminals', vmId];

export function useTerminals(vmId: Accessor<string>) {
  const { api } = useUniCore();
  return useQuery(() => ({
    queryKey: key(vmId()),
    queryFn: () => api.vm.terminals.query({ vmId: vmId() }),
    reconcile: 'terminalId',
    // The list of an earlier visit would bring back what was closed since.
    gcTime: 0,
    retry: false,
    refetchInterval: (query) => (query.state.status === 'error' ? RETRY_MS : false),
  }));
}

/** Ends the terminal's shell, for every viewer. */
export function useCloseTerminal() {
  const { api } = useUniCore();
  const queries = useQueryClient();
  return useMutation(() => ({
    mutationFn: (terminal: { vmId: string; terminalId: string }) => api.vm.closeTerminal.mutate(terminal),
    onSettled: (_done, _error, { vmId }) => queries.invalidateQueries({ queryKey: key(vmId) }),
    meta: { failed: 'The terminal was not closed' },
  }));
}
