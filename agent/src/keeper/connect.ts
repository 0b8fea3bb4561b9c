/**
 * Connects the tunnel process to the keeper's socket. Starts a keeper if none runs for the agent's folder.
 */
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { type Clock, type ErrorCode, systemClock, UniCoreError } from '@unicore/protocol';
import { greet, type LocalPeer, requirePrivateFolder } from '../local/index.ts';
import type { KeeperMethods } from './contract.ts';
import { keeperSocketPath } from './socket-path.ts';
import { spawnKeeper } from './spawn.ts';

/** Errors of a call whose connection the keeper has closed, because the keeper ends. */
const LOST: ReadonlySet<ErrorCode> = new Set(['LEG_LOST', 'GOING_AWAY']);

export type KeeperConnection = LocalPeer<KeeperMethods>;

export interface ConnectOptions {
  agentDir: string;
  clock?: Clock;
}

/** Rejects if no keeper answers and none can be started. */
export async function connectKeeper({
  agentDir,
  clock = systemClock,
}: ConnectOptions): Promise<KeeperConnection> {
  const path = keeperSocketPath(agentDir);
  return (await reach(path, clock)) ?? (await startAndReach(agentDir, path, clock));
}

async function startAndReach(agentDir: string, path: string, clock: Clock): Promise<KeeperConnection> {
  await spawnKeeper(agentDir);
  const keeper = await reach(path, clock);
  if (keeper) return keeper;
  throw new UniCoreError('LEG_LOST', 'The keeper of the terminals ended as soon as it had started.');
}

/**
 * Connects to a running keeper. Returns undefined if no keeper listens, or if the keeper ends during the
 * handshake.
 */
async function reach(path: string, clock: Clock): Promise<KeeperConnection | undefined> {
  const socket = await dial(path);
  if (!socket) return undefined;
  try {
    return await greet<KeeperMethods, object>(socket, clock, {});
  } catch (error) {
    if (error instanceof UniCoreError && error.code === 'LEG_LOST') return undefined;
    throw error;
  }
}

/** Ends the keeper and all its shells. Returns false if no keeper runs. */
export async function stopKeeper({ agentDir }: ConnectOptions): Promise<boolean> {
  const path = keeperSocketPath(agentDir);
  let ran = false;
  // Asks until no keeper answers. A connection that broke does not tell whether the keeper has ended.
  for (let keeper = await reach(path, systemClock); keeper; keeper = await reach(path, systemClock)) {
    ran = true;
    // The keeper ends right after its answer. If this process has to wait for a CPU, its connection may break
    // before the answer is read.
    await keeper.control.shutdown().catch(ignoreLost);
    await keeper.closed;
  }
  return ran;
}

function ignoreLost(error: unknown): void {
  if (!(error instanceof UniCoreError && LOST.has(error.code))) throw error;
}

function dial(path: string): Promise<Socket | undefined> {
  requirePrivateFolder(dirname(path));
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}
