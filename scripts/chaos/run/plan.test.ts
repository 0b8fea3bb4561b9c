import { Random } from '@unicore/protocol/sim';
import { expect, test } from 'vitest';
import { hubsFaults } from '../hubs/faults.ts';
import { TUNNEL } from '../tunnel/scenario.ts';
import { type FaultKind, makePlan } from './plan.ts';

const TUNNEL_FAULTS = TUNNEL.faults;
const HUBS_FAULTS = hubsFaults({ providers: 2, consumers: 4, direct: true });

function plan<Environment>(seed: number, kinds: readonly FaultKind<Environment>[]) {
  return makePlan(new Random(seed), 1_000, kinds);
}

test('the same seed gives the same plan', () => {
  expect(plan(7, HUBS_FAULTS)).toEqual(plan(7, HUBS_FAULTS));
  expect(plan(7, HUBS_FAULTS)).not.toEqual(plan(8, HUBS_FAULTS));
});

test.each([
  [
    'the tunnel',
    () => plan(7, TUNNEL_FAULTS).flatMap(({ faults }) => faults.map(({ kind }) => kind)),
    TUNNEL_FAULTS,
  ],
  ['hubs', () => plan(7, HUBS_FAULTS).flatMap(({ faults }) => faults.map(({ kind }) => kind)), HUBS_FAULTS],
] as const)('a plan of %s has as many kills as were asked for, of every kind', (_, drawn, kinds) => {
  const kills = drawn().filter((kind) => kind.kills);
  expect(kills).toHaveLength(1_000);
  for (const { name } of kinds.filter((kind) => kind.kills))
    expect(kills.filter((kill) => kill.name === name).length, name).toBeGreaterThan(50);
});
