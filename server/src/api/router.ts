/**
 * The tRPC router with all API procedures of the hub. Clients get their types from the type of this router.
 */
import { agentRouter } from './agent.ts';
import { providerRouter } from './provider.ts';
import { systemRouter } from './system.ts';
import { router } from './trpc.ts';
import { vmRouter } from './vm.ts';
import { vncRouter } from './vnc.ts';

export const appRouter = router({
  vm: vmRouter,
  vnc: vncRouter,
  provider: providerRouter,
  system: systemRouter,
  agent: agentRouter,
});
export type AppRouter = typeof appRouter;
