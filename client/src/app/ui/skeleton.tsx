/**
 * A grey placeholder with the size of the content that is being loaded. It keeps the rest of the page from
 * moving when the content appears.
 */
import type { JSX } from 'solid-js';

export function Skeleton(props: { class: string }): JSX.Element {
  return <span class={`block animate-pulse rounded-md bg-sunken ${props.class}`} aria-hidden="true" />;
}
