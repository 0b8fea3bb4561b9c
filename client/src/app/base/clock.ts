/** The current time as a Solid signal, for components that show an age such as "5 min ago". */
import { type Accessor, createSignal, onCleanup } from 'solid-js';

const TICK_MS = 15_000;

/**
 * Returns the current time in milliseconds since 1970. It is updated every 15 s, or as often as `tickMs` says,
 * until the calling component is removed.
 */
export function createNow(tickMs = TICK_MS): Accessor<number> {
  const [now, setNow] = createSignal(Date.now());
  const timer = setInterval(() => setNow(Date.now()), tickMs);
  onCleanup(() => clearInterval(timer));
  return now;
}
