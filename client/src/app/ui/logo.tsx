/** The UniCore logo: a U with a dot inside. */
import type { JSX } from 'solid-js';

export function Logo(props: { class?: string }): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" class={props.class ?? 'size-6'} aria-hidden="true">
      <path
        d="M5 5v11a11 11 0 0 0 22 0V5"
        fill="none"
        class="stroke-[3.2] stroke-ink"
        stroke-linecap="round"
      />
      <circle cx="16" cy="14" r="4.5" class="fill-live" />
    </svg>
  );
}
