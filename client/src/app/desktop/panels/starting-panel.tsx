/** Shown while a desktop starts: what it is doing now, why it waits, and how long each step took. */
import type { Desktop } from '@unicore/protocol/api';
import { For, type JSX, Match, Switch } from 'solid-js';
import { createNow } from '../../base/index.ts';
import type { DesktopActions, KnownDesktop } from '../../data/index.ts';
import { Button, Line } from '../../ui/index.ts';
import { Check } from '../desktop-icons.ts';
import { duration } from '../format.ts';
import { type Step, sentenceFor, startSteps } from './start-steps.ts';

/** Interval at which the displayed times are updated, ms. */
const TICK_MS = 100;

interface StartingPanelProps {
  desktop: Desktop;
  phases: KnownDesktop['phases'];
  end: DesktopActions['end'];
}

export function StartingPanel(props: StartingPanelProps): JSX.Element {
  const now = createNow(TICK_MS);
  const steps = () => startSteps(props.desktop, props.phases, now());
  const isWaiting = (): boolean => props.desktop.phase === 'waiting';
  return (
    <section class="mx-auto grid max-w-md justify-items-center py-12 sm:py-20">
      <Line
        class="h-8 w-44"
        toHub="up"
        toMachine="wait"
        label="The connection to the hub is up; the desktop behind it is starting"
      />
      <div role="status" class="grid justify-items-center text-center">
        <h1 class="mt-8 font-semibold text-2xl tracking-tight">
          {isWaiting() ? 'Your desktop waits for a place' : 'Your desktop is starting'}
        </h1>
        <p class="mt-2 min-h-12 text-muted">{sentenceFor(props.desktop)}</p>
      </div>
      <ol
        class="mt-4 w-full divide-y divide-rule rounded-xl border border-rule bg-surface"
        aria-label="Steps"
      >
        <For each={steps()}>{(step) => <StepRow step={step} />}</For>
      </ol>
      <p class="mt-3 text-muted text-xs tabular-nums">
        {duration(now() - props.desktop.createdAt)} since you started it
      </p>
      <Button class="mt-5" busy={props.end.isPending} onClick={() => props.end.mutate(props.desktop)}>
        Cancel
      </Button>
    </section>
  );
}

function StepRow(props: { step: Step }): JSX.Element {
  return (
    <li
      class="flex h-11 items-center gap-3 px-4 text-sm"
      classList={{ 'text-muted': props.step.state === 'later', 'font-medium': props.step.state === 'now' }}
      aria-current={props.step.state === 'now' ? 'step' : undefined}
    >
      <span class="grid size-4 place-items-center">
        <Switch fallback={<span class="size-1.5 rounded-full bg-rule-strong" />}>
          <Match when={props.step.state === 'done'}>
            <Check class="size-4 text-live" />
          </Match>
          <Match when={props.step.state === 'now'}>
            <span class="size-2 animate-breathe rounded-full bg-wait" />
          </Match>
        </Switch>
      </span>
      <span class="grow">{props.step.label}</span>
      <span class="text-muted tabular-nums">
        {props.step.ms !== undefined && props.step.state !== 'later' && duration(props.step.ms)}
      </span>
    </li>
  );
}
