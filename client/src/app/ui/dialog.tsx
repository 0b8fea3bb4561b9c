/**
 * A dialog with a title, one sentence, a body and buttons. The Escape key or a click outside closes the
 * dialog.
 */

import { Dialog as Base } from '@kobalte/core/dialog';
import { type JSX, Show } from 'solid-js';
import { ICON_BUTTON } from './icon-button.tsx';
import { X } from './icons.ts';
import { createReturnFocus } from './return-focus.ts';

interface DialogProps {
  open: boolean;
  onClose(): void;
  title: string;
  description?: JSX.Element;
  wide?: boolean;
  /**
   * The element to focus after the dialog has closed, if the element that had the focus before no longer
   * exists.
   */
  returnTo?: (() => HTMLElement | undefined) | undefined;
  children: JSX.Element;
}

export function Dialog(props: DialogProps): JSX.Element {
  const returnFocus = createReturnFocus(
    () => props.open,
    () => props.returnTo?.(),
  );
  return (
    <Base open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Base.Portal>
        <Base.Overlay class="fixed inset-0 z-40 bg-black/40 backdrop-blur-[1px]" />
        <div class="fixed inset-0 z-40 grid place-items-end overflow-y-auto sm:place-items-center sm:p-6">
          <Base.Content
            onCloseAutoFocus={returnFocus}
            class="relative w-full animate-appear rounded-t-2xl border border-rule bg-surface p-6 shadow-float sm:rounded-2xl"
            classList={{ 'sm:max-w-md': !props.wide, 'sm:max-w-xl': props.wide }}
          >
            <Base.Title class="pr-8 font-semibold text-lg leading-6 tracking-tight">{props.title}</Base.Title>
            <Show when={props.description}>
              <Base.Description class="mt-1.5 text-muted text-sm">{props.description}</Base.Description>
            </Show>
            <div class="mt-5">{props.children}</div>
            <Base.CloseButton class={`${ICON_BUTTON} absolute top-5 right-5`} aria-label="Close">
              <X />
            </Base.CloseButton>
          </Base.Content>
        </div>
      </Base.Portal>
    </Base>
  );
}

/** The row of buttons at the bottom of a dialog. The last button is the main action. */
export function DialogActions(props: { children: JSX.Element }): JSX.Element {
  return <div class="mt-6 flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">{props.children}</div>;
}
