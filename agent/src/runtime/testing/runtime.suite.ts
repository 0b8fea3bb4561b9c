/** The contract of runtimes as tests. Each implementation of runtimes runs these tests. */
import { afterEach, expect, test } from 'vitest';
import type { Runtime, VmSpec } from '../index.ts';

export interface RuntimeHarness {
  runtime: Runtime;
  /** An image that exists. Runtimes without images accept any name. */
  image: string;
  /** Runs a shell command as the VM's user in the VM's home folder. Returns the output of the command. */
  run(vmId: string, gen: number, command: string): Promise<string>;
  close(): Promise<void>;
}

export function runtimeContract(make: () => Promise<RuntimeHarness>): void {
  let harness: RuntimeHarness | undefined;
  const made = new Set<string>();

  async function vm(
    name: string,
    gen = 1,
  ): Promise<{ harness: RuntimeHarness; runtime: Runtime; spec: VmSpec }> {
    harness ??= await make();
    // This id is unique to this test run. An earlier run that was killed may have left its VM and volume in
    // the engine.
    const vmId = `${name}-${process.pid}`;
    made.add(vmId);
    return { harness, runtime: harness.runtime, spec: { vmId, gen, image: harness.image, size: 'small' } };
  }

  afterEach(async () => {
    for (const vmId of made) await harness?.runtime.remove(vmId);
    made.clear();
    await harness?.close();
    harness = undefined;
  });

  test('a started VM is running, listed with its generation, and runs programs in its home', async () => {
    const { harness, runtime, spec } = await vm('contract-start');
    await runtime.start(spec);
    expect(await runtime.find(spec.vmId, 1)).toEqual({ state: 'running' });
    expect(await runtime.list()).toEqual([{ vmId: spec.vmId, gen: 1, running: true }]);
    expect(await harness.run(spec.vmId, 1, 'cd; echo hello > file; cat file')).toBe('hello\n');
  });

  test('starting twice is harmless', async () => {
    const { harness, runtime, spec } = await vm('contract-twice');
    await runtime.start(spec);
    await harness.run(spec.vmId, 1, 'echo kept > ~/file');
    await runtime.start(spec);
    expect(await harness.run(spec.vmId, 1, 'cat ~/file')).toBe('kept\n');
  });

  test('a stopped VM is not running, and its files are there when it starts again', async () => {
    const { harness, runtime, spec } = await vm('contract-stop');
    await runtime.start(spec);
    await harness.run(spec.vmId, 1, 'echo kept > ~/file');
    await runtime.stop(spec.vmId);
    expect(await runtime.find(spec.vmId, 1)).toMatchObject({ state: 'stopped' });
    expect(await runtime.list()).toEqual([{ vmId: spec.vmId, gen: 1, running: false }]);
    await runtime.start(spec);
    expect(await harness.run(spec.vmId, 1, 'cat ~/file')).toBe('kept\n');
  });

  test('a newer generation takes over the files and ends the older one', async () => {
    const { harness, runtime, spec } = await vm('contract-gen');
    await runtime.start(spec);
    await harness.run(spec.vmId, 1, 'echo kept > ~/file');
    await runtime.start({ ...spec, gen: 2 });
    expect(await runtime.find(spec.vmId, 1)).toEqual({ state: 'absent' });
    expect(await runtime.list()).toEqual([{ vmId: spec.vmId, gen: 2, running: true }]);
    expect(await harness.run(spec.vmId, 2, 'cat ~/file')).toBe('kept\n');
  });

  test('a removed VM leaves nothing behind', async () => {
    const { harness, runtime, spec } = await vm('contract-remove');
    await runtime.start(spec);
    await harness.run(spec.vmId, 1, 'echo secret > ~/file');
    await runtime.remove(spec.vmId);
    expect(await runtime.find(spec.vmId, 1)).toEqual({ state: 'absent' });
    expect(await runtime.list()).toEqual([]);
    await runtime.start(spec);
    expect(await harness.run(spec.vmId, 1, 'ls ~')).toBe('');
  });

  test('stopping and removing a VM that does not exist is harmless', async () => {
    const { runtime } = await vm('contract-absent');
    await runtime.stop('contract-absent');
    await runtime.remove('contract-absent');
    expect(await runtime.find('contract-absent', 1)).toEqual({ state: 'absent' });
  });

  test('removing one VM does not affect another', async () => {
    const first = await vm('contract-one');
    const { harness, runtime, spec } = await vm('contract-two');
    await runtime.start(first.spec);
    await runtime.start(spec);
    await harness.run(spec.vmId, 1, 'echo two > ~/file');
    await runtime.stop(first.spec.vmId);
    await runtime.remove(first.spec.vmId);
    expect(await runtime.find(spec.vmId, 1)).toEqual({ state: 'running' });
    expect(await harness.run(spec.vmId, 1, 'cat ~/file')).toBe('two\n');
  });

  test('a watch reports that the runtime is available', async () => {
    const { runtime } = await vm('contract-watch');
    const ignore = () => undefined;
    await new Promise<void>((available) => {
      const unwatch = runtime.watch({
        changed: ignore,
        outOfMemory: ignore,
        unavailable: ignore,
        available: () => {
          queueMicrotask(() => unwatch());
          available();
        },
      });
    });
  });
}
