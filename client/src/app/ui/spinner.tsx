/** A spinning circle that shows that an action is running. */
import type { JSX } from 'solid-js';

export function Spinner(props: { class?: string }): JSX.Element {
  return (
    <svg viewBox="0 0 16 16" class={`animate-spin text-ink ${props.class ?? 'size-4'}`} aria-hidden="true">
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-opacity="0.2" stroke-width="2" />
      <path
        d="M14 8a6 6 0 0 0-6-6"
        fill="none"
        stroke="currentColor"
        stroke-width="2"
        stroke-linecap="round"
      />
    </svg>
  );
}
