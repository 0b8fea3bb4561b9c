/** Sets the document title while a page is shown. */
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
