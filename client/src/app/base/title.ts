/** Sets the document's title while a component is shown, and resets the title afterwards. */
import { type Accessor, createEffect, onCleanup } from 'solid-js';

const NAME = 'UniCore';

export function useTitle(title: Accessor<string | undefined>): void {
  createEffect(() => {
    const text = title();
    document.title = text ? `${text} · ${NAME}` : NAME;
  });
  onCleanup(() => {
    document.title = NAME;
  });
}
