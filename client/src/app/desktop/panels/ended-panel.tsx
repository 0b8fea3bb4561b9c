/** Shown after the end of a desktop: why it ended, what it cost, and a button to start a new one. */
import type { Desktop, Receipt } from '@unicore/protocol/api';
import { createMemo, type JSX, Show } from 'solid-js';
import type { DesktopActions } from '../../data/index.ts';
import { Line } from '../../ui/index.ts';
import { ReceiptFacts } from './receipt-facts.tsx';
import { StartButton } from './start-panel.tsx';

interface EndedPanelProps {
  desktop: Desktop;
  receipts: readonly Receipt[] | undefined;
  create: DesktopActions['create'];
}

export function EndedPanel(props: EndedPanelProps): JSX.Element {
  const receipt = createMemo(() =>
    props.receipts?.find(({ sessionId }) => sessionId === props.desktop.sessionId),
  );
  const failed = (): boolean => props.desktop.phase === 'failed';
  const title = (): string => {
    if (!failed()) return 'Your desktop has ended';
    return props.desktop.startedAt === null ? 'Your desktop could not start' : 'Your desktop has failed';
  };
  return (
    <section class="mx-auto grid max-w-lg justify-items-center py-10 sm:py-14">
      <Line
        class="h-8 w-44"
        toHub="up"
        toMachine={failed() ? 'down' : 'off'}
        label="The connection to the hub is up; the desktop behind it is gone"
      />
      <div role="status" class="w-full min-w-0 text-center">
        <h1 class="mt-8 font-semibold text-2xl tracking-tight">{title()}</h1>
        <p class="mt-2 whitespace-pre-line text-muted [overflow-wrap:anywhere]">
          {props.desktop.reason ?? 'No reason is known.'}
        </p>
      </div>
      <Show
        when={receipt()}
        fallback={<p class="mt-6 text-muted text-sm">Its receipt is not there yet. It follows by itself.</p>}
      >
        {(known) => (
          <div class="mt-6 w-full rounded-xl border border-rule bg-surface px-5 py-4">
            <h2 class="mb-2 font-medium text-sm">Receipt</h2>
            <ReceiptFacts receipt={known()} />
          </div>
        )}
      </Show>
      <StartButton create={props.create} class="mt-6" label="Start again" />
    </section>
  );
}
