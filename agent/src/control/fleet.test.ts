/** Orders on a runtime that does what the test says: what is reached, what is reported, what is tried again. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UniCoreError } from '@unicore/protocol';
import type { VmObserved, VmOrder } from '@unicore/protocol/control';
import { SimClock } from '@unicore/protocol/sim';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { FakeRuntime } from './fake-runtime.ts';
import { Fleet } from './fleet.ts';

const folders: string[] = [];
const fleets: Fleet[] = [];
afterEach(async () => {
  for (const fleet of fleets.splice(0)) await fleet.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'unicore-fleet-'));
  folders.push(folder);
  return folder;
}

function order(desired: VmOrder['desired'], more: Partial<VmOrder> = {}): VmOrder {
  return { vmId: 'one', gen: 1, desired, image: 'unicore/vm', size: 'small', attempt: 1, ...more };
}

async function setUp(runtime = new FakeRuntime(), agentDir?: string) {
  const clock = new SimClock();
  const dir = agentDir ?? (await newFolder());
  const seen: VmObserved[] = [];
  const fleet = await Fleet.load({
    agentDir: dir,
    runtime,
    clock,
    random: () => 0.5,
    log: pino({ level: 'silent' }),
    changed: (vm) => seen.push(vm),
  });
  fleets.push(fleet);
  void fleet.start();
  await clock.advance(0);
  return {
    runtime,
    clock,
    dir,
    fleet,
    seen,
    phases: () => seen.map(({ phase }) => phase),
    one: () => fleet.observed().find(({ vmId }) => vmId === 'one'),
    /** Orders, and a while for what follows from them. */
    async apply(...orders: VmOrder[]) {
      await fleet.apply(orders);
      await clock.advance(10);
    },
  };
}

test('a VM is started, stopped and deleted as ordered, and each step is told', async () => {
  const { apply, phases, runtime, fleet } = await setUp();
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

test('the same orders again change nothing', async () => {
  const { apply, runtime, seen } = await setUp();
  for (let i = 0; i < 3; i++) await apply(order('running'), order('stopped', { vmId: 'two' }));
  expect(runtime.done.toSorted()).toEqual(['start one 1', 'stop two']);
  expect(seen).toHaveLength(2);
});

test('orders of an older generation are not listened to', async () => {
  const { apply, runtime, one } = await setUp();
  await apply(order('running', { gen: 5 }));
  await apply(order('deleted', { gen: 4 }));
  expect(runtime.done).toEqual(['start one 5']);
  expect(one()).toMatchObject({ gen: 5, phase: 'running' });
});

test('the newest order wins while an older one is carried out, and the ones between are skipped', async () => {
  const { fleet, clock, runtime, one } = await setUp();
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
  const { fleet, clock, runtime } = await setUp();
  const start = runtime.start.bind(runtime);
  const never = new Promise<void>(() => undefined);
  runtime.start = (spec) => (spec.vmId === 'one' ? never : start(spec));
  await fleet.apply([order('running'), order('running', { vmId: 'two' })]);
  await clock.advance(10);
  expect(fleet.runs('two', 1)).toBe(true);
});

test('a start is given up after three failures, with code and reason, until somebody presses start again', async () => {
  const { apply, clock, runtime, one, dir, fleet } = await setUp();
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
  const restarted = await setUp(runtime, dir);
  expect(restarted.one()).toMatchObject({ phase: 'failed', reason: 'Docker refused: 3' });
  await restarted.clock.advance(60_000);
  expect(runtime.done).toHaveLength(3);
  await restarted.apply(order('running', { attempt: 2 }));
  expect(restarted.one()).toMatchObject({ phase: 'running', code: null, reason: null });
});

test('what a second try cannot help is given up at once', async () => {
  const { apply, runtime, one } = await setUp();
  runtime.failures.push(new UniCoreError('IMAGE_MISSING', 'Run npm run images.'));
  await apply(order('running'));
  expect(one()).toMatchObject({ phase: 'failed', code: 'IMAGE_MISSING', reason: 'Run npm run images.' });
});

test('a VM that cannot be ended is tried for ever, and the reason is told', async () => {
  const { apply, clock, runtime, one } = await setUp();
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

test('an engine that goes away makes VMs fail with the remedy, and they come back with it', async () => {
  const { apply, clock, runtime, fleet } = await setUp();
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

test('orders that come while the engine is away are carried out when it is back', async () => {
  const { apply, clock, runtime, one } = await setUp();
  runtime.engine(false);
  await apply(order('running'));
  expect(one()).toMatchObject({ phase: 'failed', code: 'RUNTIME_UNAVAILABLE' });
  runtime.engine(true);
  await clock.advance(10);
  expect(one()).toMatchObject({ phase: 'running' });
});

test('a container that is removed outside UniCore is told of, and not made again by itself', async () => {
  const { apply, clock, runtime, one } = await setUp();
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

test('a container that ends by itself right after its start is not called running', async () => {
  const { apply, runtime, one } = await setUp();
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

test('what the agent ended itself is not called lost', async () => {
  const { apply, clock, runtime, phases } = await setUp();
  await apply(order('running'));
  await apply(order('running', { gen: 2 }));
  runtime.listener?.changed('one', 1);
  await apply(order('stopped', { gen: 2 }));
  runtime.listener?.changed('one', 2);
  await clock.advance(1_000);
  expect(phases()).not.toContain('failed');
});

test('full memory is told of while the VM goes on', async () => {
  const { apply, runtime, one } = await setUp();
  await apply(order('running'));
  runtime.listener?.outOfMemory('one', 1);
  expect(one()).toMatchObject({
    phase: 'running',
    reason: expect.stringMatching(/memory \(512 MiB\) was full/),
  });
});

test('a mishap that is long past is told of no more', async () => {
  const { apply, clock, runtime, one } = await setUp();
  await apply(order('running'));
  runtime.listener?.outOfMemory('one', 1);
  await clock.advance(11 * 60_000);
  expect(one()).toMatchObject({ phase: 'running', reason: null });
});

test('a start waits until it is known how the VMs are, also when the engine is away', async () => {
  for (const answers of [true, false]) {
    const first = await setUp();
    await first.apply(order('running'), order('stopped', { vmId: 'two' }));
    await first.fleet.close();
    first.runtime.engine(answers);
    const options = { agentDir: first.dir, runtime: first.runtime, clock: first.clock };
    const log = pino({ level: 'silent' });
    const fleet = await Fleet.load({ ...options, random: () => 0.5, log, changed: () => undefined });
    fleets.push(fleet);
    const started = fleet.start();
    if (!answers) first.runtime.engine(false);
    await started;
    const phases = fleet.observed().map(({ phase }) => phase);
    expect(phases).toEqual(answers ? ['running', 'stopped'] : ['failed', 'stopping']);
  }
});

test('an order that comes while a failure is written down is not lost', async () => {
  const { fleet, clock, runtime, dir } = await setUp();
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
  const restarted = await setUp(runtime, dir);
  expect(restarted.one()).toMatchObject({ phase: 'running', reason: null });
});

test('orders are carried out although they cannot be written down', async () => {
  const { apply, fleet, dir, one } = await setUp();
  // Nothing can be renamed over a folder, not even by root.
  await mkdir(join(dir, 'vms.json'));
  await apply(order('running'));
  expect(one()).toMatchObject({ phase: 'running' });
  await apply(order('stopped'));
  expect(one()).toMatchObject({ phase: 'stopped' });
  await fleet.close();
});

test('a restarted agent knows its VMs before the hub says a word, and disturbs none that runs', async () => {
  const first = await setUp();
  await first.apply(order('running'), order('running', { vmId: 'two' }), order('stopped', { vmId: 'three' }));
  await first.fleet.close();
  first.runtime.vms.set('two', { vmId: 'two', gen: 1, running: false });
  const { clock, fleet, seen } = await setUp(first.runtime, first.dir);
  await clock.advance(10);
  expect(fleet.observed().map(({ vmId, phase }) => [vmId, phase])).toEqual([
    ['one', 'running'],
    ['two', 'running'],
    ['three', 'stopped'],
  ]);
  expect(seen.filter(({ vmId }) => vmId === 'one').map(({ phase }) => phase)).toEqual(['running']);
});

test('a deleted VM is not known to the next run', async () => {
  const first = await setUp();
  await first.apply(order('running'));
  await first.apply(order('deleted'));
  await first.fleet.close();
  const { fleet } = await setUp(first.runtime, first.dir);
  expect(fleet.observed()).toEqual([]);
});

test('VMs that nobody ordered are reported and left alone, until an order of their generation comes', async () => {
  const runtime = new FakeRuntime();
  runtime.vms.set('one', { vmId: 'one', gen: 3, running: true });
  const { apply, fleet, one } = await setUp(runtime);
  expect(fleet.observed()).toEqual([{ vmId: 'one', gen: 3, phase: 'running', code: null, reason: null }]);
  await apply(order('deleted', { gen: 2 }));
  expect(runtime.done).toEqual([]);
  await apply(order('deleted', { gen: 3 }));
  expect(runtime.done).toEqual(['remove one']);
  expect(one()).toBeUndefined();
});

test('a damaged vms.json is named with its remedy', async () => {
  const dir = await newFolder();
  await writeFile(join(dir, 'vms.json'), '{"vms":[{"order":{"vmId":"../x"}}]}');
  await expect(setUp(new FakeRuntime(), dir)).rejects.toThrow(/vms\.json is damaged.*Delete it/s);
});
