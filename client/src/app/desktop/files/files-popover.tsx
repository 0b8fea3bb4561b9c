/** The panel with a desktop's files: running transfers, a button to upload, and the downloads. */
import type { DesktopFile } from '@unicore/protocol/control';
import { For, type JSX, Show } from 'solid-js';
import { bytes } from '../../base/index.ts';
import { buttonClass, IconButton } from '../../ui/index.ts';
import { BarPopover } from '../bar-popover.tsx';
import { Download, Folder, Upload } from '../desktop-icons.ts';
import { TransferRow } from './transfer-row.tsx';
import type { Transfers } from './transfers.ts';

interface FilesPopoverProps {
  transfers: Transfers;
  downloads: readonly DesktopFile[];
  disabled: boolean;
  onClose(): void;
}

export function FilesPopover(props: FilesPopoverProps): JSX.Element {
  const isMoving = (): boolean =>
    props.transfers.list().some(({ state }) => state === 'moving' || state === 'waiting');
  return (
    <BarPopover
      label="Files"
      icon={<Folder />}
      isMarked={isMoving()}
      disabled={props.disabled}
      onClose={props.onClose}
    >
      <label class={`${buttonClass('secondary', 'small')} mt-3 w-full cursor-pointer`}>
        <Upload class="size-4" /> Upload files
        <input
          type="file"
          multiple
          class="sr-only"
          onChange={(event) => {
            props.transfers.upload([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = '';
          }}
        />
      </label>
      <p class="mt-2 text-muted text-xs">
        <span class="pointer-coarse:hidden">Or drop them onto the picture. </span>In the desktop they are in
        the folder Uploads; up to 256 MiB each.
      </p>
      <Show when={props.transfers.list().length > 0}>
        <ul class="mt-3 divide-y divide-rule border-rule border-y" aria-label="On their way">
          <For each={props.transfers.list()}>
            {(transfer) => (
              <TransferRow transfer={transfer} onRemove={() => props.transfers.remove(transfer.id)} />
            )}
          </For>
        </ul>
      </Show>
      <h3 class="mt-4 font-medium">Downloads in the desktop</h3>
      <Show
        when={props.downloads.length > 0}
        fallback={<p class="mt-1 text-muted text-xs">What you download in the desktop appears here.</p>}
      >
        <ul class="mt-1 divide-y divide-rule" aria-label="Downloads">
          <For each={props.downloads}>
            {(file) => (
              <li class="flex items-center gap-2 py-1">
                <span class="min-w-0 grow truncate" title={file.name}>
                  {file.name}
                </span>
                <span class="whitespace-nowrap text-muted text-xs tabular-nums">{bytes(file.size)}</span>
                <IconButton label={`Save ${file.name}`} onClick={() => props.transfers.save(file)}>
                  <Download />
                </IconButton>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </BarPopover>
  );
}
