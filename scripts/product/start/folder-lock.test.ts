import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockFolder } from './folder-lock.ts';

test('one process holds a data folder, and its death frees it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'unicore-lock-'));
  const source = `import { lockFolder } from ${JSON.stringify(join(import.meta.dirname, 'folder-lock.ts'))};
    lockFolder(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(holder.stdout, 'data');
  expect(() => lockFolder(folder)).toThrow('is running on');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  lockFolder(folder);
  rmSync(folder, { recursive: true });
});
