/** Tests what `status` shows of VMs and desktops. */
import { expect, test } from 'vitest';
import { formatStatus } from './status.ts';

test('each VM and each desktop is shown with its phase and reason', () => {
  const config = {
    hub: 'https://hub.example.org',
    providerId: 'p-1',
    name: 'desk',
    runtime: 'docker',
    insecure: false,
    allowUnisolatedRemoteHub: false,
  } as const;
  const what = { code: null, reason: null };
  const text = formatStatus({
    running: true,
    agentDir: '/agent',
    config,
    state: {
      ...config,
      pid: 1,
      born: '1@boot',
      startedAt: 0,
      connection: { state: 'connected', since: 0, reason: null },
      keeper: 'connected',
      hubs: [],
      vms: [{ vmId: 'one', gen: 1, phase: 'running', ...what }],
      desktops: [
        { sessionId: 's-1', attempt: 1, phase: 'running', isolation: null, use: null, ...what },
        {
          sessionId: 's-2',
          attempt: 3,
          phase: 'failed',
          isolation: null,
          use: null,
          ...what,
          reason: 'no display',
        },
      ],
    },
  });
  expect(text).toMatch(
    /VMs +1\n +one {2}running\nDesktops +2\n +s-1 {2}running\n +s-2 {2}failed: no display$/,
  );
});
