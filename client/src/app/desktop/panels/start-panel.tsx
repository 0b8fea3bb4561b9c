/** Shown to a user without a desktop. Has the button that starts one. */
import { type JSX, Show } from 'solid-js';
import { failureOf, randomId } from '../../base/index.ts';
import type { DesktopActions } from '../../data/index.ts';
import { Button, Line } from '../../ui/index.ts';

/** On screens with at least this many device pixels per CSS pixel, the desktop gets twice the resolution. */
const FINE_FROM = 1.5;

export function StartPanel(props: { create: DesktopActions['create'] }): JSX.Element {
  return (
    <section class="mx-auto grid max-w-lg justify-items-center py-12 text-center sm:py-20">
      <Line
        class="h-8 w-44"
        toHub="up"
        toMachine="off"
        label="The connection to the hub is up; there is no desktop behind it"
      />
      <h1 class="mt-8 font-semibold text-2xl tracking-tight">A browser on another computer</h1>
      <p class="mt-2 text-muted">
        A desktop is a browser of your own that runs somewhere else. You see its screen here and use it with
        your mouse and keyboard. When it ends, nothing of it is left.
      </p>
      <StartButton create={props.create} class="mt-6" label="Start a desktop" />
      <p class="mt-3 text-muted text-xs">
        It runs for an hour, unless you extend it, and costs while it runs.
      </p>
    </section>
  );
}

/** The button that starts a desktop. If the start fails, the hub's message is shown below it. */
export function StartButton(props: {
  create: DesktopActions['create'];
  label: string;
  class?: string;
}): JSX.Element {
  const start = (): void => {
    const scale = window.devicePixelRatio >= FINE_FROM ? 2 : 1;
    props.create.mutate({ scale, opId: randomId() });
  };
  return (
    <>
      <Button look="primary" class={props.class ?? ''} busy={props.create.isPending} onClick={start}>
        {props.label}
      </Button>
      <Show when={props.create.isError}>
        <p class="mt-4 max-w-prose text-fault text-sm" role="alert">
          {failureOf(props.create.error).message}
        </p>
      </Show>
    </>
  );
}
