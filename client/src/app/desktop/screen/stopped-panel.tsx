/** Shown in place of the picture if it does not come back without the user. */
import type { JSX } from 'solid-js';
import { Button } from '../../ui/index.ts';
import type { Stopped } from './viewing.ts';

export function StoppedPanel(props: { stopped: Stopped; title?: string; onRetry(): void }): JSX.Element {
  return (
    <div class="absolute inset-0 grid place-content-center justify-items-center gap-4 px-6 text-center">
      <div role="alert">
        <h2 class="font-semibold text-xl tracking-tight">{props.title ?? 'The screen is not shown'}</h2>
        <p class="mt-2 max-w-prose text-muted first-letter:uppercase">{props.stopped.message}</p>
      </div>
      <Button
        look="primary"
        onClick={() => (props.stopped.needsReload ? location.reload() : props.onRetry())}
      >
        Try again
      </Button>
    </div>
  );
}
