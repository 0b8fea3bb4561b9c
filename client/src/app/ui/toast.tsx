/** Short notes in the corner: what failed, and what to do. They are announced, and stay while they are read. */

import { Toast, toaster } from '@kobalte/core/toast';
import { type JSX, Show } from 'solid-js';
import { Portal } from 'solid-js/web';
import { failureOf } from '../failure.ts';
import { ICON_BUTTON } from './icon-button.tsx';
import { X } from './icons.ts';

const FAILURE_MS = 12_000;
const NOTE_MS = 4_000;

interface Note {
  title: string;
  detail?: string;
  tone: 'note' | 'fault';
}

function show(note: Note): void {
  toaster.show((toast) => (
    <Toast
      toastId={toast.toastId}
      duration={note.tone === 'fault' ? FAILURE_MS : NOTE_MS}
      priority={note.tone === 'fault' ? 'high' : 'low'}
      class="flex w-full animate-appear items-start gap-3 rounded-xl border border-rule bg-surface py-3 pr-2 pl-4 shadow-float"
    >
      <span
        class="mt-2 size-2 shrink-0 rounded-full"
        classList={{ 'bg-fault': note.tone === 'fault', 'bg-live': note.tone === 'note' }}
      />
      <div class="min-w-0 grow py-0.5">
        <Toast.Title class="font-medium text-sm">{note.title}</Toast.Title>
        <Show when={note.detail}>
          <Toast.Description class="mt-0.5 break-words text-muted text-sm">{note.detail}</Toast.Description>
        </Show>
      </div>
      <Toast.CloseButton class={ICON_BUTTON} aria-label="Dismiss">
        <X />
      </Toast.CloseButton>
    </Toast>
  ));
}

export function note(title: string): void {
  show({ title, tone: 'note' });
}

/** title: what was tried ('The machine was not started'). The error brings the reason and the remedy. */
export function failed(title: string, error: unknown): void {
  show({ title, detail: failureOf(error).message, tone: 'fault' });
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
