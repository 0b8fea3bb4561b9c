/**
 * Draws the path of a key press from the user through the hub to the machine, and shows which parts of the
 * path work.
 */
import type { JSX } from 'solid-js';

/**
 * The state of one segment of the path. up: bytes flow. wait: reconnecting. down: broken. off: not in use.
 */
export type PieceState = 'up' | 'wait' | 'down' | 'off';

interface LineProps {
  toHub: PieceState;
  toMachine: PieceState;
  /** Text for screen readers. It describes what the drawing shows. */
  label: string;
  class?: string;
}

export function Line(props: LineProps): JSX.Element {
  return (
    <svg viewBox="0 0 88 16" class={props.class ?? 'h-4 w-22'} role="img" aria-label={props.label}>
      <line class="line-piece" data-state={props.toHub} x1="13" y1="8" x2="37" y2="8" />
      <line class="line-piece" data-state={props.toMachine} x1="51" y1="8" x2="73" y2="8" />
      <circle cx="7" cy="8" r="3.5" class="fill-ink" />
      <circle cx="44" cy="8" r="4.5" class="fill-none stroke-[1.6] stroke-ink" />
      <rect x="75.5" y="3.5" width="9" height="9" rx="2" class="fill-none stroke-[1.6] stroke-ink" />
    </svg>
  );
}
