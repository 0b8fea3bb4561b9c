/** The dialog that renames a machine. */

import type { Vm } from '@unicore/protocol/api';
import { createEffect, createSignal, type JSX, on } from 'solid-js';
import { failureOf } from '../base/index.ts';
import { useVmActions } from '../data/index.ts';
import { Button, Dialog, DialogActions, Field } from '../ui/index.ts';
import { NAME_MAX } from './create-dialog.tsx';

interface RenameDialogProps {
  vm: Vm;
  open: boolean;
  onClose(): void;
  returnTo(): HTMLElement | undefined;
}

export function RenameDialog(props: RenameDialogProps): JSX.Element {
  const { rename } = useVmActions();
  const [name, setName] = createSignal('');
  createEffect(
    on(
      () => props.open,
      (open) => {
        if (!open) return;
        setName(props.vm.name);
        rename.reset();
      },
    ),
  );

  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    rename.mutate({ vmId: props.vm.vmId, name: name().trim() }, { onSuccess: props.onClose });
  };

  return (
    <Dialog open={props.open} onClose={props.onClose} returnTo={props.returnTo} title="Rename machine">
      <form onSubmit={submit}>
        <Field
          label="Name"
          value={name()}
          onChange={setName}
          maxLength={NAME_MAX}
          error={rename.isError ? failureOf(rename.error).message : undefined}
        />
        <DialogActions>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={rename.isPending} disabled={name().trim() === ''}>
            Rename
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
