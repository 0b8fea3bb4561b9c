/** Other programs are written against the type of the router, so these tests check the type. */
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type { AgentCalls, BootCalls } from '@unicore/protocol/control';
import { expectTypeOf, test } from 'vitest';
import type { AppRouter } from './router.ts';

type Inputs = inferRouterInputs<AppRouter>['agent'];
type Outputs = inferRouterOutputs<AppRouter>['agent'];
type AgentProcedures = {
  [Name in keyof (AgentCalls & BootCalls)]: (input: Inputs[Name]) => Promise<Outputs[Name]>;
};

test('agent.* fulfils the calls that an agent makes', () => {
  expectTypeOf<keyof Inputs>().toEqualTypeOf<keyof (AgentCalls & BootCalls)>();
  expectTypeOf<AgentProcedures>().toExtend<AgentCalls & BootCalls>();
});
