/** The latency that a typing user feels: the time from a key to its echo. */
import type { View } from './view.ts';

/** Number of keys, typed one after the other. */
const KEYS = 10;

/** The shortest and the median latency, ms. The terminal's program must echo keys. */
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
