/** The dialog that asks for confirmation before a machine and its files are deleted. */

import type { Vm } from '@unicore/protocol/api';
import { createEffect, type JSX, on, Show } from 'solid-js';
import { failureOf } from '../base/index.ts';
import { useVmActions } from '../data/index.ts';
import { Button, Dialog, DialogActions } from '../ui/index.ts';

interface DeleteDialogProps {
  vm: Vm;
  open: boolean;
  onClose(): void;
  returnTo(): HTMLElement | undefined;
  onDeleted?: (() => void) | undefined;
}

export function DeleteDialog(props: DeleteDialogProps): JSX.Element {
  const { remove } = useVmActions();
  createEffect(
    on(
      () => props.open,
      (open) => open && remove.reset(),
    ),
  );
  const run = (): void => {
    remove.mutate(props.vm, {
      onSuccess: () => {
        props.onClose();
        props.onDeleted?.();
      },
    });
  };
  return (
    <Dialog
      open={props.open}
      onClose={props.onClose}
      returnTo={props.returnTo}
      title={`Delete ${props.vm.name}?`}
      description="Its terminals end and its files are removed from the provider. This cannot be undone."
    >
      <Show when={remove.isError}>
        <p class="text-fault text-sm" role="alert">
          {failureOf(remove.error).message}
        </p>
      </Show>
      <DialogActions>
        <Button onClick={props.onClose}>Keep it</Button>
        <Button look="danger" busy={remove.isPending} onClick={run}>
          Delete machine
        </Button>
      </DialogActions>
    </Dialog>
  );
}
