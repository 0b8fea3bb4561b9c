/**
 * The agent.* API procedures. With them an agent registers its machine as a provider, and proves its identity
 * before each connection.
 */

import {
  AgentBoot,
  AgentChallenge,
  AgentJoin,
  AgentProof,
  AgentToken,
  ProviderRef,
} from '@unicore/protocol/control';
import { joining, proving, router } from './trpc.ts';

export const agentRouter = router({
  join: joining
    .meta({
      openapi: {
        method: 'POST',
        path: '/agent/join',
        tags: ['agent'],
        summary: 'Become a provider, with a join token and a public key',
        protect: false,
      },
    })
    .input(AgentJoin)
    .output(ProviderRef)
    .mutation(({ ctx: { services }, input }) => services.providers.join(input)),

  boot: proving
    .meta({
      openapi: {
        method: 'POST',
        path: '/agent/boot',
        tags: ['agent'],
        summary: 'Register the key of a desktop on Cloud Run, with its boot token',
        protect: false,
      },
    })
    .input(AgentBoot)
    .output(ProviderRef)
    .mutation(({ ctx: { services }, input }) => services.boot(input)),

  challenge: proving
    .meta({
      openapi: {
        method: 'POST',
        path: '/agent/challenge',
        tags: ['agent'],
        summary: 'A challenge to sign',
        protect: false,
      },
    })
    .input(ProviderRef)
    .output(AgentChallenge)
    .mutation(({ ctx: { services }, input }) => services.credentials.challenge(input.providerId)),

  token: proving
    .meta({
      openapi: {
        method: 'POST',
        path: '/agent/token',
        tags: ['agent'],
        summary: 'A 15-minute token for HELLO, for a signed challenge',
        protect: false,
      },
    })
    .input(AgentProof)
    .output(AgentToken)
    .mutation(({ ctx: { services }, input }) => services.credentials.token(input)),
});
