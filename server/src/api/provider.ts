/**
 * The provider.* API procedures. They list the machines that joined this hub, and issue the tokens with which
 * further machines can join.
 */

import { JoinToken, Provider, ProviderRef } from '@unicore/protocol/api';
import { z } from 'zod';
import { router, signedIn } from './trpc.ts';

export const providerRouter = router({
  list: signedIn
    .meta({ openapi: { method: 'GET', path: '/provider', tags: ['provider'], summary: 'All providers' } })
    .input(z.void())
    .output(z.array(Provider))
    .query(({ ctx: { services } }) => services.providers.list()),

  get: signedIn
    .meta({
      openapi: { method: 'GET', path: '/provider/{providerId}', tags: ['provider'], summary: 'One provider' },
    })
    .input(ProviderRef)
    .output(Provider)
    .query(({ ctx: { services }, input }) => services.providers.get(input.providerId)),

  joinToken: signedIn
    .meta({
      openapi: {
        method: 'POST',
        path: '/provider/joinToken',
        tags: ['provider'],
        summary: 'A token that lets one machine join, for 10 minutes',
      },
    })
    .input(z.void())
    .output(JoinToken)
    .mutation(async ({ ctx: { services, caller } }) => {
      const issued = await services.providers.joinToken(caller.user);
      const { family } = services.regions;
      const trust = family === undefined ? '' : ` --regions-under ${family}`;
      return {
        ...issued,
        command: `npm run agent -- join ${services.system.url} ${issued.token}${trust} && npm run agent -- run`,
      };
    }),

  /**
   * Streams ProviderEvents: first the list of all providers, then every change. After a reconnect the stream
   * starts again with the whole list.
   */
  watch: signedIn.subscription(({ ctx: { services, caller }, signal }) =>
    services.watch.providers(caller, signal),
  ),
});
