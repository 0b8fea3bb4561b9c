/** Two hubs in simulated time, with the provider states that each shows and the events that each receives. */
import { type TestDomain, testHubs } from './domain.ts';

export type TwoDomains = Awaited<ReturnType<typeof twoDomains>>;

/** Both have run for longer than any grace period. */
export async function twoDomains() {
  const world = await testHubs(2);
  const [a, b] = world.hubs as [TestDomain, TestDomain];
  /** The ids of providers in the events that each hub received. */
  const told: [string[], string[]] = [[], []];
  a.events.on('provider', ({ providerId }) => told[0].push(providerId));
  b.events.on('provider', ({ providerId }) => told[1].push(providerId));
  await world.clock.advance(20_000);
  return {
    world,
    a,
    b,
    told,
    /** The state of a provider as each of these hubs shows it. */
    states: (providerId = 'p-1', hubs = [a, b]) =>
      Promise.all(
        hubs.map(
          async ({ providers, store }) =>
            (await providers.views([(await store.provider(providerId))!]))[0]?.state,
        ),
      ),
    forget() {
      for (const providers of told) providers.length = 0;
    },
  };
}
