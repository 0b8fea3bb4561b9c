/** A sentence over the picture. It has a button if the user can do something about it. */
import { type JSX, Show } from 'solid-js';

export interface Notice {
  text: string;
  /** True if the user should not overlook it. */
  isUrgent?: boolean;
  action?: { label: string; run(): void };
  dismiss?: () => void;
}

export function NoticePill(props: { notice: Notice }): JSX.Element {
  return (
    <div
      class="-translate-x-1/2 absolute bottom-5 left-1/2 z-20 flex w-max max-w-[calc(100%-1.5rem)] animate-late items-center gap-3 rounded-2xl border border-rule bg-surface py-2 pl-4 text-sm shadow-float"
      classList={{ 'pr-2': props.notice.action !== undefined, 'pr-4': props.notice.action === undefined }}
      role={props.notice.isUrgent ? 'alert' : 'status'}
    >
      <span class="min-w-0 [overflow-wrap:anywhere]" classList={{ 'text-wait': props.notice.isUrgent }}>
        {props.notice.text}
      </span>
      <Show when={props.notice.action}>
        {(action) => (
          <button
            type="button"
            class="h-8 shrink-0 rounded-lg bg-ink px-3 font-medium text-paper transition-colors hover:bg-ink/85"
            onClick={() => action().run()}
          >
            {action().label}
          </button>
        )}
      </Show>
      <Show when={props.notice.dismiss}>
        {(dismiss) => (
          <button
            type="button"
            class="h-8 shrink-0 rounded-lg px-2 text-muted hover:bg-sunken hover:text-ink"
            onClick={() => dismiss()()}
          >
            Dismiss
          </button>
        )}
      </Show>
    </div>
  );
}
