/**
 * A grey placeholder with the size of the content that is being loaded. It prevents that other content moves
 * later.
 */
import type { JSX } from 'solid-js';

export function Skeleton(props: { class: string }): JSX.Element {
  return <span class={`block animate-pulse rounded-md bg-sunken ${props.class}`} aria-hidden="true" />;
}
