/** The time, as a signal for everything on the page that shows an age. */
import { type Accessor, createSignal, onCleanup } from 'solid-js';

const TICK_MS = 15_000;

/** Milliseconds since 1970, moving on every 15 s while its owner lives. */
export function createNow(): Accessor<number> {
  const [now, setNow] = createSignal(Date.now());
  const timer = setInterval(() => setNow(Date.now()), TICK_MS);
  onCleanup(() => clearInterval(timer));
  return now;
}
