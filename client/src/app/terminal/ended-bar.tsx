/** The bar that explains why a terminal has ended. A button in the bar starts a new shell. */
import { type JSX, Show } from 'solid-js';
import { Button, Keys } from '../ui/index.ts';
import type { Ended } from './session.ts';

export function EndedBar(props: { ended: Ended; onRestart(): void }): JSX.Element {
  return (
    <div
      class="flex flex-wrap items-center gap-x-4 gap-y-2 border-rule border-t bg-surface px-4 py-2 text-sm"
      role="status"
    >
      <p class="grow first-letter:uppercase" classList={{ 'text-fault': !props.ended.exited }}>
        {props.ended.message || (props.ended.exited ? 'The shell ended' : 'The connection ended')}
        <Show when={props.ended.exited}>
          <span class="text-muted">
            {' · '}press <Keys keys="Enter" /> to start a new shell
          </span>
        </Show>
      </p>
      <Button size="small" onClick={props.onRestart}>
        {props.ended.exited ? 'New shell' : 'Try again'}
      </Button>
    </div>
  );
}
