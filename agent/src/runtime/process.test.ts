/** Tests of the process runtime: the runtime contract, and that only VMs are deleted. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { ProcessRuntime } from './process.ts';
import { runtimeContract } from './testing/index.ts';

const exec = promisify(execFile);

runtimeContract(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'unicore-process-'));
  const runtime = new ProcessRuntime({ dir, closeVm: async () => undefined });
  return {
    runtime,
    image: 'unicore/vm',
    async run(vmId, _gen, command) {
      const place = runtime.pty(vmId);
      const home = place.kind === 'process' ? place.home : '';
      const { stdout } = await exec('sh', ['-c', command], {
        cwd: home,
        env: { PATH: process.env.PATH, HOME: home },
      });
      return stdout;
    },
    close: () => rm(dir, { recursive: true }),
  };
});

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'unicore-process-'));
  folders.push(folder);
  return folder;
}

async function fresh(closed: string[] = []): Promise<{ runtime: ProcessRuntime; dir: string }> {
  const dir = await newFolder();
  return {
    dir,
    runtime: new ProcessRuntime({ dir: join(dir, 'vms'), closeVm: async (vmId) => void closed.push(vmId) }),
  };
}

const SPEC = { vmId: 'one', gen: 1, image: 'x', size: 'small' } as const;

test('an id that is a path deletes nothing', async () => {
  const { runtime, dir } = await fresh();
  await writeFile(join(dir, 'precious'), '');
  for (const vmId of ['..', '../precious', '/', '.', '', 'a/../../precious']) {
    await expect(runtime.remove(vmId)).rejects.toThrow();
  }
  expect(existsSync(join(dir, 'precious'))).toBe(true);
});

test('stop, remove and a new generation end the terminals of the VM', async () => {
  const closed: string[] = [];
  const { runtime } = await fresh(closed);
  await runtime.start(SPEC);
  expect(closed).toEqual([]);
  await runtime.start({ ...SPEC, gen: 2 });
  await runtime.stop('one');
  await runtime.remove('one');
  expect(closed).toEqual(['one', 'one', 'one']);
});

test('a VM whose terminals cannot be ended is still running', async () => {
  const dir = await newFolder();
  const closeVm = () => Promise.reject(new Error('the keeper is away'));
  const runtime = new ProcessRuntime({ dir, closeVm });
  await runtime.start(SPEC);
  await expect(runtime.stop('one')).rejects.toThrow('the keeper is away');
  expect(await runtime.find('one', 1)).toEqual({ state: 'running' });
});

test('the error for a damaged vm.json names it, and other VMs are still listed', async () => {
  const { runtime, dir } = await fresh();
  await runtime.start(SPEC);
  await mkdir(join(dir, 'vms', 'two'));
  await writeFile(join(dir, 'vms', 'two', 'vm.json'), '{"gen":0}');
  await expect(runtime.find('two', 1)).rejects.toThrow(/two\/vm\.json is damaged: .*gen/s);
  expect(await runtime.list()).toEqual([{ vmId: 'one', gen: 1, running: true }]);
});
