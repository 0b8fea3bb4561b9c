/** VMs as tests make them. */
import type { UniCore } from '@unicore/client/sdk';
import { View } from './view.ts';

/** For a VM to start or come back on a busy machine; a limit for hangs only. */
const STATE_LIMIT_MS = 30_000;

/** Creates a VM and waits until it runs. */
export async function runningVm(unicore: UniCore): Promise<string> {
  const { vmId } = await unicore.api.vm.create.mutate({});
  await untilState(unicore, vmId, 'running');
  return vmId;
}

/** Resolves when the VM has this state; hears of it by vm.watch. */
export async function untilState(unicore: UniCore, vmId: string, state: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let seen = 'nothing';
  const subscription = unicore.api.vm.watch.subscribe(undefined, {
    onData(event) {
      const vms = event.type === 'all' ? event.vms : event.type === 'changed' ? [event.vm] : [];
      const vm = vms.find((one) => one.vmId === vmId);
      if (vm !== undefined) seen = `${vm.state} (${vm.reason ?? 'no reason'})`;
      if (vm?.state === state) resolve();
    },
    onError: reject,
  });
  const limit = setTimeout(() => reject(new Error(`VM ${vmId} is not ${state} but ${seen}`)), STATE_LIMIT_MS);
  await promise.finally(() => {
    clearTimeout(limit);
    subscription.unsubscribe();
  });
}

/** A viewer on a terminal of a VM, with a prompt of `$ ` and nothing else on its screen. */
export async function shell(unicore: UniCore, vmId: string, cols = 80, rows = 24): Promise<View> {
  const view = View.remote(unicore.openTerminal(vmId, { cols, rows }), cols, rows);
  await view.until(/[$#] ?$/m);
  view.type(" PS1='$ '; clear; echo re''ady\r");
  await view.until(/^ready\n\$/m);
  return view;
}
