/** Tests that `stop --vms` ends desktops, and leaves to the agent what it needs to report their ends. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { makeLauncher } from '../desktop/index.ts';
import { saveConfig } from '../identity/index.ts';
import { stop } from './stop.ts';

const STAND_IN = fileURLToPath(new URL('../desktop/testing/stand-in.ts', import.meta.url));

const launch = { kind: 'process', providerId: 'p-1', socketPath: '/none' } as const;

test('stop --vms ends desktops, and the agent finds later how they ended', async () => {
  const agentDir = await mkdtemp(join(tmpdir(), 'unicore-stop-'));
  const config = { hub: 'http://127.0.0.1:1', providerId: 'p-1', name: 'desk', runtime: 'process' } as const;
  await saveConfig(agentDir, { ...config, insecure: false, allowUnisolatedRemoteHub: false });
  const launcher = makeLauncher({ ...launch, agentDir, program: STAND_IN });
  const ref = { sessionId: `stop-${process.pid}`, attempt: 1 };
  try {
    await launcher.start({ ...ref, image: 'none', scale: 1, lifeMs: 60_000, idleMs: 60_000, bootMs: 60_000 });
    expect(await stop({ data: agentDir }, {})).toEqual(['No agent was running.']);
    expect(await launcher.find(ref)).toEqual({ state: 'alive' });
    expect(await stop({ data: agentDir, vms: true }, {})).toContain(
      '1 desktop has ended. The agent reports that when it runs again.',
    );
    expect(await launcher.find(ref)).toMatchObject({ state: 'over' });
  } finally {
    await launcher.remove(ref);
    await rm(agentDir, { recursive: true });
  }
});
