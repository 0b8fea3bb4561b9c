/** Tests how orders are carried out: which state is reached, what is reported, and what is tried again. */
import { UniCoreError } from '@unicore/protocol';
import { afterEach, expect, test } from 'vitest';
import { closeFleets, order, startFleet } from './testing/index.ts';

afterEach(closeFleets);

test('a VM is started, stopped and deleted as ordered, and each step is reported', async () => {
  const { apply, phases, runtime, fleet } = await startFleet();
  await apply(order('running'));
  expect(fleet.runs('one', 1)).toBe(true);
  expect(fleet.runs('one', 2)).toBe(false);
  await apply(order('stopped'));
  expect(fleet.runs('one', 1)).toBe(false);
  await apply(order('deleted'));
  expect(runtime.done).toEqual(['start one 1', 'stop one', 'remove one']);
  expect(phases()).toEqual(['running', 'stopping', 'stopped', 'stopping', 'deleted']);
  expect(fleet.observed()).toEqual([]);
});

test('repeated orders change nothing', async () => {
  const { apply, runtime, seen } = await startFleet();
  for (let i = 0; i < 3; i++) await apply(order('running'), order('stopped', { vmId: 'two' }));
  expect(runtime.done.toSorted()).toEqual(['start one 1', 'stop two']);
  expect(seen).toHaveLength(2);
});

test('orders of an older generation are ignored', async () => {
  const { apply, runtime, one } = await startFleet();
  await apply(order('running', { gen: 5 }));
  await apply(order('deleted', { gen: 4 }));
  expect(runtime.done).toEqual(['start one 5']);
  expect(one()).toMatchObject({ gen: 5, phase: 'running' });
});

test('while an order is carried out, only the newest of the waiting ones is kept', async () => {
  const { fleet, clock, runtime, one } = await startFleet();
  const gate = Promise.withResolvers<void>();
  runtime.gate = gate.promise;
  await fleet.apply([order('running')]);
  await fleet.apply([order('stopped')]);
  await fleet.apply([order('running', { gen: 2 })]);
  await fleet.apply([order('stopped', { gen: 2 })]);
  gate.resolve();
  await clock.advance(10);
  expect(runtime.done).toEqual(['start one 1', 'stop one']);
  expect(one()).toMatchObject({ gen: 2, phase: 'stopped' });
});

test('VMs do not wait for each other', async () => {
  const { fleet, clock, runtime } = await startFleet();
  const start = runtime.start.bind(runtime);
  const never = new Promise<void>(() => undefined);
  runtime.start = (spec) => (spec.vmId === 'one' ? never : start(spec));
  await fleet.apply([order('running'), order('running', { vmId: 'two' })]);
  await clock.advance(10);
  expect(fleet.runs('two', 1)).toBe(true);
});

test('a start is given up after three failures, with code and reason, until a person presses Start again', async () => {
  const { apply, clock, runtime, one, dir, fleet } = await startFleet();
  runtime.failures.push(...[1, 2, 3].map((i) => new UniCoreError('INTERNAL', `Docker refused: ${i}`)));
  await apply(order('running'));
  expect(one()).toMatchObject({ phase: 'starting', code: 'INTERNAL', reason: 'Docker refused: 1' });
  await clock.advance(60_000);
  expect(one()).toEqual({
    vmId: 'one',
    gen: 1,
    phase: 'failed',
    code: 'INTERNAL',
    reason: 'Docker refused: 3',
  });
  await apply(order('running'));
  expect(runtime.done).toHaveLength(3);

  await fleet.close();
  const restarted = await startFleet(runtime, dir);
  expect(restarted.one()).toMatchObject({ phase: 'failed', reason: 'Docker refused: 3' });
  await restarted.clock.advance(60_000);
  expect(runtime.done).toHaveLength(3);
  await restarted.apply(order('running', { attempt: 2 }));
  expect(restarted.one()).toMatchObject({ phase: 'running', code: null, reason: null });
});

test('an error that cannot be retried is given up at once', async () => {
  const { apply, runtime, one } = await startFleet();
  runtime.failures.push(new UniCoreError('IMAGE_MISSING', 'Run npm run images.'));
  await apply(order('running'));
  expect(one()).toMatchObject({ phase: 'failed', code: 'IMAGE_MISSING', reason: 'Run npm run images.' });
});

test('deleting a VM is retried without end, and the reason is reported', async () => {
  const { apply, clock, runtime, one } = await startFleet();
  await apply(order('running'));
  runtime.failures.push(
    ...Array.from({ length: 20 }, () => new UniCoreError('INTERNAL', 'the volume is in use')),
  );
  await apply(order('deleted'));
  await clock.advance(20_000);
  expect(one()).toMatchObject({ phase: 'failed', reason: 'the volume is in use' });
  await clock.advance(300_000);
  expect(one()).toBeUndefined();
});
