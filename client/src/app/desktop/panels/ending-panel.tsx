/**
 * Shown while a desktop is ending. It says that the end is not complete yet, because the desktop may still cost
 * money.
 */
import type { Desktop } from '@unicore/protocol/api';
import type { JSX } from 'solid-js';
import { createNow } from '../../base/index.ts';
import { Line } from '../../ui/index.ts';
import { dollars, duration } from '../format.ts';

const TICK_MS = 1_000;

export function EndingPanel(props: { desktop: Desktop }): JSX.Element {
  const now = createNow(TICK_MS);
  return (
    <section class="mx-auto grid max-w-md justify-items-center py-12 text-center sm:py-20">
      <Line
        class="h-8 w-44"
        toHub="up"
        toMachine="wait"
        label="The connection to the hub is up; the desktop behind it is ending"
      />
      <div role="status">
        <h1 class="mt-8 font-semibold text-2xl tracking-tight">Your desktop is ending</h1>
        <p class="mt-2 text-muted">
          {props.desktop.reason} It is over as soon as it is proven that nothing of it is left. Until then it
          may still cost.
        </p>
      </div>
      <p class="mt-4 text-sm tabular-nums">
        {duration(now() - props.desktop.phaseAt)} so far · {dollars(props.desktop.cost)}
      </p>
    </section>
  );
}
