/** Joins terminal channels of the hub to the keeper, after a check that the VM runs on this machine. */
import { unpackMeta } from '@unicore/protocol';
import { type OpenTerminal, TerminalAuth, TerminalOpen } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import type { KeeperConnection } from '../keeper/index.ts';
import { ChannelRelay, type Open, parsed, type Route } from './channel-relay.ts';

export interface TerminalRelayOptions {
  /**
   * Returns true if the VM runs on this machine in generation `gen`. The generation increases each time the
   * hub assigns the VM to a provider.
   */
  runs(vmId: string, gen: number): boolean;
  /**
   * Resolves when the keeper is connected. Rejects with LEG_LOST if the keeper is not connected within a few
   * seconds.
   */
  keeper(): Promise<KeeperConnection>;
  /**
   * Creates the terminal if it does not exist. Rejects with VM_NOT_RUNNING, or with LEG_LOST if the keeper is
   * not connected.
   */
  ensureTerminal(open: OpenTerminal): Promise<{ keeper: KeeperConnection }>;
  log: Logger;
}

export function terminalRelay({ runs, keeper, ensureTerminal, log }: TerminalRelayOptions): ChannelRelay {
  return new ChannelRelay({ route, what: 'a terminal', log });

  async function route(open: Open): Promise<Route> {
    const { user, wish } = parsed(() => requested(open));
    // The VM does not run, but may be starting. So the opener of the channel retries. If the VM is not
    // starting, the hub refuses the retry.
    if (!runs(wish.vmId, wish.gen)) return { wait: 'VM_NOT_RUNNING' };
    // For a new channel, the keeper first starts the terminal if it does not exist. A resumed channel must find
    // its old terminal, so no new shell is started for it.
    const { leg } = open.mustExist ? await keeper() : (await ensureTerminal(wish)).keeper;
    return { leg, group: user };
  }
}

function requested(open: Open): { user: string; wish: OpenTerminal } {
  const { user, vmId, gen } = TerminalAuth.parse(unpackMeta(open.auth));
  const { terminalId, cols, rows } = TerminalOpen.parse(unpackMeta(open.meta));
  return { user, wish: { vmId, gen, terminalId, cols, rows } };
}
