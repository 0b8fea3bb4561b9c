/** A keeper, put together: the terminals of one agent's folder, behind its unix socket. */
import { type Clock, systemClock } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { KeeperMethods } from './contract.ts';
import { KeeperServer } from './server.ts';
import { keeperSocketPath } from './socket-path.ts';
import { Terminals } from './terminals.ts';

export interface KeeperOptions {
  agentDir: string;
  log: Logger;
  clock?: Clock;
}

export interface Keeper {
  /** Settles when the keeper has nothing left to keep, or was told to end. */
  readonly ended: Promise<void>;
  /** Hangs up on every terminal. */
  close(): Promise<void>;
}

/** Rejects with CONFLICT when a keeper runs for this folder already. */
export async function startKeeper({ agentDir, log, clock = systemClock }: KeeperOptions): Promise<Keeper> {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const terminals = new Terminals({ clock, log });
  let closing: Promise<void> | undefined;
  const closeAll = async () => {
    await terminals.close();
    server.close();
    end();
  };
  const close = () => {
    closing ??= closeAll();
    return closing;
  };
  const methods: KeeperMethods = {
    ...terminals.methods,
    status: async () => ({ pid: process.pid, terminals: terminals.size }),
    // Answered first: the connection goes with the keeper.
    shutdown: async () => void setImmediate(() => void close()),
  };
  const server = await KeeperServer.start({
    socketPath: keeperSocketPath(agentDir),
    kept: {
      methods,
      accept: (request) => terminals.accept(request),
      reattach: (epochHex, auth, meta) => terminals.reattach(epochHex, auth, meta),
      get size() {
        return terminals.size;
      },
    },
    clock,
    log,
    idle: () => void close(),
  });
  return { ended, close };
}
