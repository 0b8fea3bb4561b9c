/** Measures the latency that a typing user feels: the time from a key to its echo. */
import type { View } from './view.ts';

/** Number of keys that are typed one after the other. */
const KEYS = 10;

/** Returns the shortest and the median latency, in ms. The program in the terminal must echo keys. */
export async function keyEcho(view: View): Promise<{ least: number; median: number }> {
  const took: number[] = [];
  for (let key = 0; key < KEYS; key++) {
    const seen = view.received;
    const typed = performance.now();
    view.type('x');
    await view.until(({ received }) => received > seen);
    took.push(performance.now() - typed);
  }
  took.sort((a, b) => a - b);
  return { least: took[0]!, median: took[KEYS / 2]! };
}
