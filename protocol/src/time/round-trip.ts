/** How far something is that answers requests. */

/** Requests of which the shortest counts; one more comes first, which opens the connection. */
const REQUESTS = 3;

/** The round trip by the shortest of a few requests, ms. */
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
