/** Measures the round trip to a server that answers requests. */

/**
 * Number of measured requests, of which the fastest counts. One more request is sent first, to open the
 * connection.
 */
const REQUESTS = 3;

/** Resolves with the round trip, ms. It is the time of the fastest of a few requests. */
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
