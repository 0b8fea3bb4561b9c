/**
 * The list of machines and the actions on a machine. The events of the subscription vm.watch keep the list up
 * to date.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/solid-query';
import type { Vm, VmEvent } from '@unicore/protocol/api';
import type { Accessor } from 'solid-js';
import type { UniCore } from '../../sdk/index.ts';
import { follow } from './feed.ts';
import { useUniCore } from './unicore.tsx';
import { applyVmEvent } from './vm-events.ts';

const VMS = ['vms'];
type Wish = Parameters<UniCore['api']['vm']['create']['mutate']>[0];

export function useVms() {
  const { api } = useUniCore();
  const queries = useQueryClient();
  return useQuery(() => ({
    queryKey: VMS,
    queryFn: async () => {
      const vms = await api.vm.list.query();
      return applyVmEvent(queries.getQueryData<Vm[]>(VMS) ?? [], { type: 'all', vms });
    },
    reconcile: 'vmId',
    staleTime: Number.POSITIVE_INFINITY,
  }));
}

/** Keeps the list of machines up to date. Returns a signal that is true while changes arrive live. */
export function watchVms(): Accessor<boolean> {
  const unicore = useUniCore();
  const queries = useQueryClient();
  return follow<VmEvent>({
    subscribe: (handlers) => unicore.api.vm.watch.subscribe(undefined, handlers),
    apply: useApply(),
    // A browser does not tell why a stream was refused. The user may be signed out, so the page requests the
    // sign-in state again.
    refused: () => queries.invalidateQueries({ queryKey: ['system'] }),
    // The WebSocket of the terminals reconnects sooner than a browser's EventSource. When the WebSocket is
    // up, the event stream is restarted, too.
    onHub: (back) => unicore.onStatus((status) => status === 'connected' && back()),
  });
}

export function useVmActions() {
  const { api } = useUniCore();
  const apply = useApply();
  const changed = (vm: Vm): void => apply({ type: 'changed', vm });
  return {
    create: useMutation(() => ({
      mutationFn: (wish: Wish) => api.vm.create.mutate(wish),
      onSuccess: changed,
    })),
    start: useMutation(() => ({
      mutationFn: (vm: Vm) => api.vm.start.mutate(ref(vm)),
      onSuccess: changed,
      meta: { failed: 'The machine was not started' },
    })),
    stop: useMutation(() => ({
      mutationFn: (vm: Vm) => api.vm.stop.mutate(ref(vm)),
      onSuccess: changed,
      meta: { failed: 'The machine was not stopped' },
    })),
    rename: useMutation(() => ({
      mutationFn: (wish: { vmId: string; name: string }) => api.vm.rename.mutate(wish),
      onSuccess: changed,
    })),
    // The hub's answer to the delete request does not change the list of machines. The answer could arrive
    // after the event that removes the machine, and would then bring the machine back.
    remove: useMutation(() => ({ mutationFn: (vm: Vm) => api.vm.delete.mutate(ref(vm)) })),
  };
}

function useApply(): (event: VmEvent) => void {
  const queries = useQueryClient();
  return (event) => queries.setQueryData<Vm[]>(VMS, (vms) => applyVmEvent(vms ?? [], event));
}

function ref(vm: Vm): { vmId: string } {
  return { vmId: vm.vmId };
}
