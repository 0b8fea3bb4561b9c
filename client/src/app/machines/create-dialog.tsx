/** The dialog that creates a machine. Every field is optional, so the Enter key alone creates a machine. */

import { Collapsible } from '@kobalte/core/collapsible';
import { useNavigate } from '@solidjs/router';
import type { VmSize } from '@unicore/protocol/api';
import { createEffect, createSignal, type JSX, on, Show } from 'solid-js';
import { closeOverlay, failureOf, overlay, randomId } from '../base/index.ts';
import { useSystem, useVmActions } from '../data/index.ts';
import { Button, ChevronDown, Dialog, DialogActions, Field } from '../ui/index.ts';
import { SizeChoice } from './size-choice.tsx';

/** Longest name of a machine, in characters. The hub enforces the same limit (VmName). */
export const NAME_MAX = 60;

export function CreateDialog(): JSX.Element {
  const system = useSystem();
  const { create } = useVmActions();
  const navigate = useNavigate();
  const open = (): boolean => overlay() === 'create-machine';
  const [name, setName] = createSignal('');
  const [size, setSize] = createSignal<VmSize>('small');
  const [image, setImage] = createSignal('');
  // Idempotency key. If the same request is sent twice, the hub creates only one machine.
  let opId = '';

  createEffect(
    on(open, (isOpen) => {
      if (!isOpen) return;
      setName('');
      setImage('');
      opId = randomId();
      create.reset();
    }),
  );

  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    create.mutate(
      {
        size: size(),
        opId,
        ...(name().trim() && { name: name().trim() }),
        ...(image().trim() && { image: image().trim() }),
      },
      {
        onSuccess: (vm) => {
          closeOverlay();
          navigate(`/vm/${vm.vmId}`);
        },
        onError: () => {
          opId = randomId();
        },
      },
    );
  };

  return (
    <Dialog
      open={open()}
      onClose={closeOverlay}
      title="New machine"
      description="It starts at once, on the provider that has the most room."
    >
      <form onSubmit={submit} class="grid gap-5">
        <Field
          label="Name"
          value={name()}
          onChange={setName}
          maxLength={NAME_MAX}
          placeholder="Two words, picked for you"
        />
        <SizeChoice value={size()} onChange={setSize} sizes={system.data?.sizes} />
        <Collapsible>
          <Collapsible.Trigger class="group flex items-center gap-1.5 rounded text-muted text-sm hover:text-ink">
            <ChevronDown class="size-4 transition-transform group-data-expanded:rotate-180" /> Advanced
          </Collapsible.Trigger>
          <Collapsible.Content class="pt-4">
            <Field
              label="Image"
              value={image()}
              onChange={setImage}
              placeholder={system.data?.defaultImage ?? ''}
              hint="A container image that the provider has. Providers without Docker ignore it."
              mono
            />
          </Collapsible.Content>
        </Collapsible>
        <Show when={create.isError}>
          <p class="text-fault text-sm" role="alert">
            {failureOf(create.error).message}
          </p>
        </Show>
        <DialogActions>
          <Button onClick={closeOverlay}>Cancel</Button>
          <Button type="submit" look="primary" busy={create.isPending}>
            Create machine
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
