/**
 * Opens a terminal as a byte stream of the benchmark. The terminal runs the benchmark's server-side program
 * instead of a shell.
 */
import type { UniCore } from '@unicore/client/sdk';
import type { Stream } from '../../ends/stream.ts';
import { READY } from './tty.ts';

const FAR = new URL('./tty.ts', import.meta.url).pathname;

/** Resolves when the benchmark's server-side program is running in the terminal. */
export async function terminalStream(unicore: UniCore, vmId: string, terminalId: string): Promise<Stream> {
  const socket = unicore.openTerminal(vmId, { terminalId });
  let listener: (bytes: Uint8Array) => void;
  const ready = new Promise<void>((resolve) => {
    let seen = '';
    listener = (bytes) => {
      seen += Buffer.from(bytes).toString('latin1');
      // The shell echoes the command line, but the command line does not contain the text READY. So this text
      // comes from the started program itself.
      if (seen.includes(READY)) resolve();
    };
  });
  socket.onmessage = ({ data }) => listener(new Uint8Array(data as ArrayBuffer));
  socket.onclose = ({ wasClean, reason }) => {
    if (!wasClean) throw new Error(`terminal ${terminalId} closed: ${reason}`);
  };
  socket.send(` exec ${process.execPath} --disable-warning=ExperimentalWarning ${FAR}\r`);
  await ready;
  return {
    send: (bytes) => socket.send(bytes as Uint8Array<ArrayBuffer>),
    pour() {
      throw new Error('only far ends flood');
    },
    onData(next) {
      listener = next;
    },
  };
}

/** Creates a VM. Resolves with the VM's id when the VM is running. */
export function runningVm(unicore: UniCore): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  unicore.api.vm.create.mutate({}).then(({ vmId }) => {
    const watching = unicore.api.vm.watch.subscribe(undefined, {
      onData(event) {
        const vms = event.type === 'all' ? event.vms : event.type === 'changed' ? [event.vm] : [];
        if (!vms.some((vm) => vm.vmId === vmId && vm.state === 'running')) return;
        watching.unsubscribe();
        resolve(vmId);
      },
      onError: reject,
    });
  }, reject);
  return promise;
}
