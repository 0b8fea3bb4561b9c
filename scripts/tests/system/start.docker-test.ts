/** Tests `npm start` on a machine that gets a Docker engine only later. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Started, stopAgent } from '../../testing/started.ts';
import { deleteAll, runningVm } from '../../testing/vms.ts';

test('an engine that came after the first start is used, once no VM is left that has none', async () => {
  const data = mkdtempSync(join(tmpdir(), 'unicore-later-'));
  const isolationAt = async (docker: boolean, keep: boolean) => {
    const started = await Started.start(data, { docker });
    const unicore = started.sdk();
    try {
      const vmId = await runningVm(unicore);
      const { isolation } = await unicore.api.vm.get.query({ vmId });
      if (!keep) await deleteAll(unicore);
      return isolation;
    } finally {
      unicore.close();
      await started.stop();
    }
  };
  try {
    expect(await isolationAt(false, true)).toBe('process');
    expect(await isolationAt(true, false)).toBe('process');
    expect(await isolationAt(true, false)).toBe('container');
  } finally {
    await stopAgent(data);
    rmSync(data, { recursive: true, force: true });
  }
});
