/** The shape of what is about to be there, so that nothing jumps. */
import type { JSX } from 'solid-js';

export function Skeleton(props: { class: string }): JSX.Element {
  return <span class={`block animate-pulse rounded-md bg-sunken ${props.class}`} aria-hidden="true" />;
}
