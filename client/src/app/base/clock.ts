/** The current time as a signal, for parts of the page that show an age. */
import { type Accessor, createSignal, onCleanup } from 'solid-js';

const TICK_MS = 15_000;

/** Milliseconds since 1970, updated every 15 s until the component that asked is removed. */
export function createNow(): Accessor<number> {
  const [now, setNow] = createSignal(Date.now());
  const timer = setInterval(() => setNow(Date.now()), TICK_MS);
  onCleanup(() => clearInterval(timer));
  return now;
}
