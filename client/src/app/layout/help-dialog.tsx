/** A dialog that lists all keyboard shortcuts. */
import { For, type JSX } from 'solid-js';
import { closeOverlay, HELP, overlay } from '../base/index.ts';
import { Dialog, Keys } from '../ui/index.ts';

export function HelpDialog(): JSX.Element {
  return (
    <Dialog
      open={overlay() === 'help'}
      onClose={closeOverlay}
      title="Keyboard shortcuts"
      description="A terminal gets every key but these. So does a desktop."
      wide
    >
      <div class="grid gap-6">
        <For each={HELP}>
          {(group) => (
            <section>
              <h3 class="mb-1 font-medium text-muted text-xs">{group.title}</h3>
              <dl class="divide-y divide-rule border-rule border-y text-sm">
                <For each={group.rows}>
                  {(row) => (
                    <div class="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 py-2">
                      <dt>{row.does}</dt>
                      <dd class="flex flex-wrap items-center gap-3">
                        <For each={row.keys}>{(keys) => <Keys keys={keys} />}</For>
                      </dd>
                    </div>
                  )}
                </For>
              </dl>
            </section>
          )}
        </For>
      </div>
    </Dialog>
  );
}
