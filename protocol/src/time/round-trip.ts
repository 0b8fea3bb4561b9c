/** Measures the round trip to anything that answers requests. */

/** The fastest of this many requests counts. One more goes first, to open the connection. */
const REQUESTS = 3;

/** The round trip in ms: the time of the fastest of a few requests. */
export async function roundTrip(request: () => Promise<unknown>, now: () => number): Promise<number> {
  await request();
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REQUESTS; i++) {
    const began = now();
    await request();
    shortest = Math.min(shortest, now() - began);
  }
  return shortest;
}
