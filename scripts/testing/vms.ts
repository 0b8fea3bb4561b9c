/** Helps tests to create VMs and to wait for their states. */
import type { UniCore } from '@unicore/client/sdk';
import type { Vm, VmState } from '@unicore/protocol/api';
import { View } from './view.ts';

/** Time limit for a VM to reach a state, in ms. It only detects hangs. */
const STATE_LIMIT_MS = 60_000;

/** Creates a VM and waits until the VM runs. */
export async function runningVm(unicore: UniCore): Promise<string> {
  const { vmId } = await unicore.api.vm.create.mutate({});
  await untilState(unicore, vmId, 'running');
  return vmId;
}

/** Resolves when provider.watch reports this number of online providers. */
export async function untilOnline(unicore: UniCore, count: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const states = new Map<string, string>();
  const subscription = unicore.api.provider.watch.subscribe(undefined, {
    onData(event) {
      const changed = event.type === 'all' ? event.providers : [event.provider];
      for (const { providerId, state } of changed) states.set(providerId, state);
      if ([...states.values()].filter((state) => state === 'online').length >= count) resolve();
    },
    onError: reject,
  });
  const limit = setTimeout(
    () => reject(new Error(`Of ${count} providers: ${[...states.values()]}`)),
    STATE_LIMIT_MS,
  );
  await promise.finally(() => {
    clearTimeout(limit);
    subscription.unsubscribe();
  });
}

/** Resolves when vm.watch reports this state of the VM, or reports that the VM is gone. */
export async function untilState(unicore: UniCore, vmId: string, state: VmState | 'gone'): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let seen = 'unknown';
  const look = (vm: Vm | undefined) => {
    seen = vm === undefined ? 'gone' : `${vm.state} (${vm.reason ?? 'no reason'})`;
    if ((vm?.state ?? 'gone') === state) resolve();
  };
  const subscription = unicore.api.vm.watch.subscribe(undefined, {
    onData(event) {
      if (event.type === 'all') look(event.vms.find((vm) => vm.vmId === vmId));
      else if (event.type === 'deleted' && event.vmId === vmId) look(undefined);
      else if (event.type === 'changed' && event.vm.vmId === vmId) look(event.vm);
    },
    onError: reject,
  });
  const limit = setTimeout(() => reject(new Error(`VM ${vmId} is not ${state} but ${seen}`)), STATE_LIMIT_MS);
  await promise.finally(() => {
    clearTimeout(limit);
    subscription.unsubscribe();
  });
}

/** Deletes every VM of this user. */
export async function deleteAll(unicore: UniCore): Promise<void> {
  for (const { vmId } of await unicore.api.vm.list.query()) {
    await unicore.api.vm.delete.mutate({ vmId });
    await untilState(unicore, vmId, 'gone');
  }
}

/** Opens a view of a VM's terminal whose screen shows only the prompt `$ `. */
export async function shell(unicore: UniCore, vmId: string, cols = 80, rows = 24): Promise<View> {
  const view = View.remote(unicore.openTerminal(vmId, { cols, rows }), cols, rows);
  await view.until(/[$#] ?$/m);
  view.type(" PS1='$ '; clear; echo re''ady\r");
  await view.until(/^ready\n\$/m);
  return view;
}
