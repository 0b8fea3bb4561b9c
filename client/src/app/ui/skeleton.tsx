/** A grey placeholder of the same size as the content that loads, so that nothing jumps. */
import type { JSX } from 'solid-js';

export function Skeleton(props: { class: string }): JSX.Element {
  return <span class={`block animate-pulse rounded-md bg-sunken ${props.class}`} aria-hidden="true" />;
}
