/** The row of one transfer: the name of the file, its progress, and a button that cancels it. */
import { type JSX, Match, Switch } from 'solid-js';
import { bytes } from '../../base/index.ts';
import { IconButton, X } from '../../ui/index.ts';
import type { Transfer } from './transfers.ts';

const DONE = { upload: 'In Uploads', download: 'Saved' } as const;

export function TransferRow(props: { transfer: Transfer; onRemove(): void }): JSX.Element {
  const isOver = (): boolean => props.transfer.state === 'done' || props.transfer.state === 'failed';
  const share = (): number => (props.transfer.size === 0 ? 0 : props.transfer.moved / props.transfer.size);
  return (
    <li class="flex items-start gap-2 py-1.5">
      <div class="min-w-0 grow">
        <p class="truncate" title={props.transfer.name}>
          {props.transfer.name}
        </p>
        <Switch
          fallback={
            <>
              <progress
                class="block h-1.5 w-full overflow-hidden rounded-full accent-live"
                aria-label={`Progress of ${props.transfer.name}`}
                value={share()}
              />
              <p class="text-muted text-xs tabular-nums">
                {bytes(props.transfer.moved)} of {bytes(props.transfer.size)}
              </p>
            </>
          }
        >
          <Match when={props.transfer.state === 'waiting'}>
            <p class="text-muted text-xs">Waits for its turn</p>
          </Match>
          <Match when={props.transfer.state === 'done'}>
            <p class="text-live text-xs">{DONE[props.transfer.op]}</p>
          </Match>
          <Match when={props.transfer.state === 'failed'}>
            <p class="text-fault text-xs" role="alert">
              {props.transfer.reason}
            </p>
          </Match>
        </Switch>
      </div>
      <IconButton label={isOver() ? 'Remove from this list' : 'Cancel'} onClick={props.onRemove}>
        <X />
      </IconButton>
    </li>
  );
}
