/** A hub with one provider and two users: Mallory, who breaks rules, and Bob, who must not be affected. */
import { expect } from 'vitest';
import { type HostileUser, startHostileUser } from './hostile-user.ts';
import { startTestAgent, type TestAgent } from './test-agent.ts';
import { openTerminal, startTestConsumer } from './test-consumer.ts';
import { startTestHub, type TestHub } from './test-hub.ts';

export interface WithBystander {
  hub: TestHub;
  agent: TestAgent;
  mallory: HostileUser;
  /**
   * Checks that Bob's terminal still works on the same channel and that the provider kept its socket. Stops the hub.
   */
  unharmed(): Promise<void>;
}

export async function startWithBystander(): Promise<WithBystander> {
  const hub = await startTestHub();
  hub.vms.set('vm-bob', { owner: 'bob', providerId: 'p1', running: true });
  hub.vms.set('vm-mallory', { owner: 'mallory', providerId: 'p1', running: true });
  hub.vms.set('vm-stopped', { owner: 'mallory', providerId: 'p1', running: false });
  hub.vms.set('vm-far', { owner: 'mallory', providerId: 'p9', running: true });
  const agent = await startTestAgent(hub.url, 'p1');
  const bob = await startTestConsumer(hub.url, 'bob');
  const terminal = openTerminal({ leg: () => bob.leg, open: { vmId: 'vm-bob' } });
  await terminal.attached;
  const mallory = await startHostileUser(hub.url);
  return {
    hub,
    agent,
    mallory,
    async unharmed() {
      terminal.write('still here');
      expect(String(await terminal.received(10))).toBe('still here');
      expect(terminal.detached).toEqual([]);
      expect(agent.leg.up).toBe(true);
      await hub.stop();
    },
  };
}
