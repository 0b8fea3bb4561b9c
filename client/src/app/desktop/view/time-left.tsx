/**
 * Shows how long the desktop will still run, and warns when little time is left. Has a button that extends the
 * time.
 */
import type { Desktop } from '@unicore/protocol/api';
import { type JSX, Show } from 'solid-js';
import { createNow } from '../../base/index.ts';
import type { DesktopActions } from '../../data/index.ts';
import { Button } from '../../ui/index.ts';
import { countdown } from '../format.ts';

const TICK_MS = 1_000;
const MINUTE = 60_000;
/** Minutes before the end at which the user is warned, nearest first. */
const WARNINGS = [1, 5];

export function TimeLeft(props: { desktop: Desktop; extend: DesktopActions['extend'] }): JSX.Element {
  const now = createNow(TICK_MS);
  const left = (): number => (props.desktop.expiresAt ?? now()) - now();
  const warning = (): number | undefined => WARNINGS.find((minutes) => left() <= minutes * MINUTE);
  return (
    <Show when={props.desktop.expiresAt !== null}>
      <span class="inline-flex items-center gap-2 text-sm whitespace-nowrap">
        <span
          class="tabular-nums"
          classList={{
            'text-muted': warning() === undefined,
            'font-medium text-wait': warning() === 5,
            'font-medium text-fault': warning() === 1,
          }}
        >
          <span class="max-md:hidden">Ends in </span>
          {countdown(left())}
        </span>
        <Button
          size="small"
          look={warning() === undefined ? 'secondary' : 'primary'}
          busy={props.extend.isPending}
          title="Let the desktop run an hour longer"
          onClick={() => props.extend.mutate(props.desktop)}
        >
          Extend
        </Button>
        <span class="sr-only" role="status">
          {warning() === undefined
            ? ''
            : `The desktop ends in less than ${warning()} min. Extend it to go on.`}
        </span>
      </span>
    </Show>
  );
}
