/** Tests that changes of VMs and of their engine from outside UniCore are noticed and reported. */
import { afterEach, expect, test } from 'vitest';
import { closeFleets, order, startFleet } from './testing/index.ts';

afterEach(closeFleets);

test('while the engine is down its VMs are failed with a remedy, and they come back with it', async () => {
  const { apply, clock, runtime, fleet } = await startFleet();
  await apply(order('running'), order('stopped', { vmId: 'two' }));
  runtime.engine(false);
  await clock.advance(600_000);
  expect(fleet.observed()).toMatchObject([
    {
      vmId: 'one',
      phase: 'failed',
      code: 'RUNTIME_UNAVAILABLE',
      reason: 'Docker does not answer. Start Docker.',
    },
    { vmId: 'two', phase: 'stopped', code: null },
  ]);
  runtime.vms.set('one', { vmId: 'one', gen: 1, running: false });
  runtime.engine(true);
  await clock.advance(10);
  expect(fleet.runs('one', 1)).toBe(true);
  expect(fleet.observed()[0]).toMatchObject({ code: null, reason: null });
});

test('orders that come while the engine is down are carried out when it is back', async () => {
  const { apply, clock, runtime, one } = await startFleet();
  runtime.engine(false);
  await apply(order('running'));
  expect(one()).toMatchObject({ phase: 'failed', code: 'RUNTIME_UNAVAILABLE' });
  runtime.engine(true);
  await clock.advance(10);
  expect(one()).toMatchObject({ phase: 'running' });
});

test('a container that is removed outside UniCore is reported, and not created again by itself', async () => {
  const { apply, clock, runtime, one } = await startFleet();
  await apply(order('running'));
  runtime.vms.delete('one');
  runtime.listener?.changed('one', 1);
  await clock.advance(60_000);
  expect(one()).toMatchObject({
    phase: 'failed',
    code: 'CONTAINER_LOST',
    reason: 'The container was removed outside UniCore. Its files are safe; press Start to make a new one.',
  });
  expect(runtime.done).toEqual(['start one 1']);
  await apply(order('running', { attempt: 2 }));
  expect(one()).toMatchObject({ phase: 'running' });
});

test('a container that ends right after its start is not reported as running', async () => {
  const { apply, runtime, one } = await startFleet();
  const start = runtime.start.bind(runtime);
  runtime.start = async (spec) => {
    await start(spec);
    runtime.vms.set('one', { vmId: 'one', gen: 1, running: false });
    runtime.listener?.changed('one', 1);
  };
  await apply(order('running'));
  expect(one()).toMatchObject({
    phase: 'failed',
    code: 'CONTAINER_LOST',
    reason: expect.stringMatching(/exit code 137/),
  });
});

test('a container that the agent itself ended is not reported as lost', async () => {
  const { apply, clock, runtime, phases } = await startFleet();
  await apply(order('running'));
  await apply(order('running', { gen: 2 }));
  runtime.listener?.changed('one', 1);
  await apply(order('stopped', { gen: 2 }));
  runtime.listener?.changed('one', 2);
  await clock.advance(1_000);
  expect(phases()).not.toContain('failed');
});

test('full memory is reported while the VM keeps running', async () => {
  const { apply, runtime, one } = await startFleet();
  await apply(order('running'));
  runtime.listener?.outOfMemory('one', 1);
  expect(one()).toMatchObject({
    phase: 'running',
    reason: expect.stringMatching(/memory \(512 MiB\) was full/),
  });
});

test('full memory is no longer reported after a while', async () => {
  const { apply, clock, runtime, one } = await startFleet();
  await apply(order('running'));
  runtime.listener?.outOfMemory('one', 1);
  await clock.advance(11 * 60_000);
  expect(one()).toMatchObject({ phase: 'running', reason: null });
});
