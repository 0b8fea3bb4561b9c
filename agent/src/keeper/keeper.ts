/**
 * Starts a keeper: the process that owns the terminals of one agent's folder, and serves them on a unix
 * socket.
 */
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
  /** Resolves when the keeper has ended, because the keeper was idle or was told to end. */
  readonly ended: Promise<void>;
  /** Closes all terminals and ends the keeper. */
  close(): Promise<void>;
}

/** Rejects with CONFLICT if a keeper already runs for this folder. */
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
    // Answer the call before the keeper closes, since closing the keeper also closes the caller's connection.
    shutdown: async () => void setImmediate(() => void close()),
  };
  const server = await KeeperServer.start({
    socketPath: keeperSocketPath(agentDir),
    terminals: {
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
