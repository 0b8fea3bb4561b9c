/** What is said where Chromium's sandbox can't work. */
import { afterEach, expect, test, vi } from 'vitest';
import { findIsolation } from './isolation.ts';

afterEach(() => vi.unstubAllEnvs());

test('a machine without namespaces is refused with a remedy for containers and one for the machine itself', async () => {
  vi.stubEnv('PATH', '/nowhere');
  const found = findIsolation(false);
  await expect(found).rejects.toMatchObject({ code: 'LAUNCH_FAILED' });
  await expect(found).rejects.toThrow('seccomp.json');
  await expect(found).rejects.toThrow('kernel.apparmor_restrict_unprivileged_userns=0');
  expect(await findIsolation(true)).toBe('unsandboxed');
});
