/**
 * Runs all simulated providers of the scale suite in one process. The scale suite is the benchmark with more
 * and more consumers.
 */
import { serve } from '../../testing/processes/child.ts';
import { type Placed, startMachine } from './machine.ts';

export type AgentCalls = {
  /** Connects these simulated providers to their hubs. Resolves when all of them are connected. */
  connect(machines: readonly Placed[]): Promise<void>;
  /** Returns how many connections all providers together have lost so far. */
  losses(): number;
};

let losses = 0;

const calls: AgentCalls = {
  async connect(machines) {
    await Promise.all(machines.map(connected));
  },
  losses: () => losses,
};
serve(calls);

function connected(machine: Placed): Promise<void> {
  return new Promise((resolve, reject) => {
    let up = false;
    startMachine(machine, (now) => {
      if (now.state === 'connected') {
        up = true;
        return resolve();
      }
      if (now.state === 'revoked') reject(now.error);
      if (!up || now.error === undefined) return;
      up = false;
      losses += 1;
    });
  });
}
