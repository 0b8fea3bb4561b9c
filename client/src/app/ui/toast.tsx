/**
 * Messages (toasts) in the corner of the page about failed actions. Screen readers announce them. A message
 * stays visible while the mouse is over it.
 */
import { Toast, toaster } from '@kobalte/core/toast';
import type { JSX } from 'solid-js';
import { Portal } from 'solid-js/web';
import { failureOf } from '../base/index.ts';
import { ICON_BUTTON } from './icon-button.tsx';
import { X } from './icons.ts';

const SHOWN_MS = 12_000;

/**
 * Shows that an action failed. title: for example, 'The machine was not started'. The error contains the
 * reason and the remedy.
 */
export function failed(title: string, error: unknown): void {
  toaster.show((toast) => (
    <Toast
      toastId={toast.toastId}
      duration={SHOWN_MS}
      priority="high"
      class="flex w-full animate-appear items-start gap-3 rounded-xl border border-rule bg-surface py-3 pr-2 pl-4 shadow-float"
    >
      <span class="mt-2 size-2 shrink-0 rounded-full bg-fault" />
      <div class="min-w-0 grow py-0.5">
        <Toast.Title class="font-medium text-sm">{title}</Toast.Title>
        <Toast.Description class="mt-0.5 break-words text-muted text-sm">
          {failureOf(error).message}
        </Toast.Description>
      </div>
      <Toast.CloseButton class={ICON_BUTTON} aria-label="Dismiss">
        <X />
      </Toast.CloseButton>
    </Toast>
  ));
}

export function Toasts(): JSX.Element {
  return (
    <Portal>
      <Toast.Region>
        <Toast.List class="fixed right-0 bottom-0 z-50 flex w-full max-w-sm flex-col gap-2 p-4 outline-none" />
      </Toast.Region>
    </Portal>
  );
}
