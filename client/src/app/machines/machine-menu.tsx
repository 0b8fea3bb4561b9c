/** The menu with the actions on one machine. */

import { DropdownMenu } from '@kobalte/core/dropdown-menu';
import type { Vm } from '@unicore/protocol/api';
import { createSignal, type JSX } from 'solid-js';
import { useVmActions } from '../data/index.ts';
import {
  EllipsisVertical,
  ICON_BUTTON,
  MENU,
  MENU_ITEM,
  MENU_ITEM_DANGER,
  Pencil,
  Play,
  Square,
  Trash,
} from '../ui/index.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { RenameDialog } from './rename-dialog.tsx';
import { stateView } from './vm-state-view.ts';

export function MachineMenu(props: { vm: Vm; onDeleted?(): void }): JSX.Element {
  const actions = useVmActions();
  const [dialog, setDialog] = createSignal<'rename' | 'delete'>();
  let trigger: HTMLButtonElement | undefined;
  const close = (): void => {
    setDialog(undefined);
  };
  return (
    <>
      <DropdownMenu placement="bottom-end" gutter={4}>
        <DropdownMenu.Trigger ref={trigger} class={ICON_BUTTON} aria-label={`More for ${props.vm.name}`}>
          <EllipsisVertical />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content class={MENU}>
            <DropdownMenu.Item
              class={MENU_ITEM}
              disabled={stateView(props.vm).action !== 'start'}
              onSelect={() => actions.start.mutate(props.vm)}
            >
              <Play /> Start
            </DropdownMenu.Item>
            <DropdownMenu.Item
              class={MENU_ITEM}
              disabled={stateView(props.vm).action !== 'stop'}
              onSelect={() => actions.stop.mutate(props.vm)}
            >
              <Square /> Stop
            </DropdownMenu.Item>
            <DropdownMenu.Item class={MENU_ITEM} onSelect={() => setDialog('rename')}>
              <Pencil /> Rename…
            </DropdownMenu.Item>
            <DropdownMenu.Separator class="my-1 border-rule" />
            <DropdownMenu.Item
              class={MENU_ITEM_DANGER}
              disabled={props.vm.state === 'deleting'}
              onSelect={() => setDialog('delete')}
            >
              <Trash /> Delete…
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu>
      <RenameDialog vm={props.vm} open={dialog() === 'rename'} onClose={close} returnTo={() => trigger} />
      <DeleteDialog
        vm={props.vm}
        open={dialog() === 'delete'}
        onClose={close}
        returnTo={() => trigger}
        onDeleted={props.onDeleted}
      />
    </>
  );
}
