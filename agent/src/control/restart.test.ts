/** Tests of vms.json: which orders a restarted agent still knows. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UniCoreError } from '@unicore/protocol';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { FakeRuntime } from '../runtime/testing/index.ts';
import { Fleet } from './fleet.ts';
import { closeFleets, newFolder, order, startFleet } from './testing/index.ts';

afterEach(closeFleets);

test('a start waits until the state of the VMs is known, even if the engine is down', async () => {
  for (const answers of [true, false]) {
    const first = await startFleet();
    await first.apply(order('running'), order('stopped', { vmId: 'two' }));
    await first.fleet.close();
    first.runtime.engine(answers);
    const options = { agentDir: first.dir, runtime: first.runtime, clock: first.clock };
    const log = pino({ level: 'silent' });
    const fleet = await Fleet.load({ ...options, random: () => 0.5, log, changed: () => undefined });
    const started = fleet.start();
    if (!answers) first.runtime.engine(false);
    await started;
    const phases = fleet.observed().map(({ phase }) => phase);
    await fleet.close();
    expect(phases).toEqual(answers ? ['running', 'stopped'] : ['failed', 'stopping']);
  }
});

test('an order that comes while a failure is being saved is not lost', async () => {
  const { fleet, clock, runtime, dir } = await startFleet();
  runtime.failures.push(new UniCoreError('IMAGE_MISSING', 'Run npm run images.'));
  const gate = Promise.withResolvers<void>();
  runtime.gate = gate.promise;
  await fleet.apply([order('running')]);
  const applied = fleet.apply([order('running', { attempt: 2 })]);
  gate.resolve();
  await applied;
  await clock.advance(10);
  expect(fleet.observed()[0]).toMatchObject({ phase: 'running' });
  await fleet.close();
  const restarted = await startFleet(runtime, dir);
  expect(restarted.one()).toMatchObject({ phase: 'running', reason: null });
});

test('orders are carried out even if they cannot be saved', async () => {
  const { apply, fleet, dir, one } = await startFleet();
  // A folder with the name of the file makes saving fail, even for root.
  await mkdir(join(dir, 'vms.json'));
  await apply(order('running'));
  expect(one()).toMatchObject({ phase: 'running' });
  await apply(order('stopped'));
  expect(one()).toMatchObject({ phase: 'stopped' });
  await fleet.close();
});

test('a restarted agent knows its VMs before it hears from the hub, and does not disturb running ones', async () => {
  const first = await startFleet();
  await first.apply(order('running'), order('running', { vmId: 'two' }), order('stopped', { vmId: 'three' }));
  await first.fleet.close();
  first.runtime.vms.set('two', { vmId: 'two', gen: 1, running: false });
  const { clock, fleet, seen } = await startFleet(first.runtime, first.dir);
  await clock.advance(10);
  expect(fleet.observed().map(({ vmId, phase }) => [vmId, phase])).toEqual([
    ['one', 'running'],
    ['two', 'running'],
    ['three', 'stopped'],
  ]);
  expect(seen.filter(({ vmId }) => vmId === 'one').map(({ phase }) => phase)).toEqual(['running']);
});

test('the next run does not know a deleted VM', async () => {
  const first = await startFleet();
  await first.apply(order('running'));
  await first.apply(order('deleted'));
  await first.fleet.close();
  const { fleet } = await startFleet(first.runtime, first.dir);
  expect(fleet.observed()).toEqual([]);
});

test('VMs without an order are reported and left alone, until an order of their generation comes', async () => {
  const runtime = new FakeRuntime();
  runtime.vms.set('one', { vmId: 'one', gen: 3, running: true });
  const { apply, fleet, one } = await startFleet(runtime);
  expect(fleet.observed()).toEqual([{ vmId: 'one', gen: 3, phase: 'running', code: null, reason: null }]);
  await apply(order('deleted', { gen: 2 }));
  expect(runtime.done).toEqual([]);
  await apply(order('deleted', { gen: 3 }));
  expect(runtime.done).toEqual(['remove one']);
  expect(one()).toBeUndefined();
});

test('the error for a damaged vms.json names the file and the remedy', async () => {
  const dir = await newFolder();
  await writeFile(join(dir, 'vms.json'), '{"vms":[{"order":{"vmId":"../x"}}]}');
  await expect(startFleet(new FakeRuntime(), dir)).rejects.toThrow(/vms\.json is damaged.*Delete it/s);
});
