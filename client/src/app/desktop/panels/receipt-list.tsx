/** The receipts of the user's earlier desktops. A click on a receipt shows its details. */
import type { Receipt } from '@unicore/protocol/api';
import { For, type JSX, Show } from 'solid-js';
import { age, createNow } from '../../base/index.ts';
import { ChevronDown } from '../../ui/index.ts';
import { dollars } from '../format.ts';
import { ReceiptFacts, ranFor } from './receipt-facts.tsx';

export function ReceiptList(props: { receipts: readonly Receipt[] }): JSX.Element {
  const now = createNow();
  return (
    <Show when={props.receipts.length > 0}>
      <section class="mx-auto w-full max-w-lg pb-10">
        <h2 class="mb-2 font-medium text-muted text-sm">Earlier desktops</h2>
        <ul
          class="divide-y divide-rule rounded-xl border border-rule bg-surface"
          aria-label="Earlier desktops"
        >
          <For each={props.receipts}>
            {(receipt) => (
              <li>
                <details class="group">
                  <summary class="flex min-h-12 cursor-pointer list-none items-center gap-4 px-4 py-2 text-sm">
                    <span class="w-24 shrink-0">{age(receipt.endedAt, now())}</span>
                    <span class="min-w-0 grow truncate text-muted">{receipt.reason}</span>
                    <span class="whitespace-nowrap text-muted tabular-nums max-sm:hidden">
                      {ranFor(receipt)}
                    </span>
                    <span class="whitespace-nowrap tabular-nums">{dollars(receipt.cost)}</span>
                    <ChevronDown class="size-4 shrink-0 text-muted transition-transform group-open:rotate-180" />
                  </summary>
                  <div class="px-4 pt-1 pb-4">
                    <Show when={receipt.reason}>
                      <p class="mb-3 whitespace-pre-line break-words text-sm">{receipt.reason}</p>
                    </Show>
                    <ReceiptFacts receipt={receipt} />
                  </div>
                </details>
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
}
