/** The heading of a page, and the error that is shown if the page cannot be loaded. */
import { type JSX, Show } from 'solid-js';
import { failureOf } from '../base/index.ts';
import { Button } from './button.tsx';

export function PageHead(props: { title: string; about?: string; action?: JSX.Element }): JSX.Element {
  return (
    <div class="mb-5 flex min-h-9 items-center justify-between gap-6">
      <div class="flex items-baseline gap-x-4 max-sm:flex-col">
        <h1 class="font-semibold text-2xl tracking-tight">{props.title}</h1>
        <Show when={props.about}>
          <p class="text-muted text-sm">{props.about}</p>
        </Show>
      </div>
      {props.action}
    </div>
  );
}

export function PageError(props: { error: unknown; onRetry(): void }): JSX.Element {
  return (
    <div class="mx-auto max-w-md py-20 text-center" role="alert">
      <h1 class="font-semibold text-xl tracking-tight">This page could not be loaded</h1>
      <p class="mt-2 mb-6 text-muted text-sm">{failureOf(props.error).message}</p>
      <Button onClick={props.onRetry}>Try again</Button>
    </div>
  );
}
