/**
 * Connects the tunnel process to the keeper's socket. Starts a keeper if none runs for the agent's folder.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { type Clock, Leg, Messages, Opener, systemClock, UniCoreError } from '@unicore/protocol';
import { controlRpc } from '@unicore/protocol/control';
import type { KeeperMethods } from './contract.ts';
import { requirePrivateFolder } from './private-folder.ts';
import { keeperSocketPath } from './socket-path.ts';
import { spawnKeeper } from './spawn.ts';
import { StreamTransport } from './stream-transport.ts';

export interface KeeperConnection {
  readonly leg: Leg;
  readonly control: KeeperMethods;
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;
}

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
    return await greet(socket, clock);
  } catch (error) {
    if (error instanceof UniCoreError && error.code === 'LEG_LOST') return undefined;
    throw error;
  }
}

/** Ends the keeper and all its shells. Returns false if no keeper runs. */
export async function stopKeeper({ agentDir }: ConnectOptions): Promise<boolean> {
  const keeper = await reach(keeperSocketPath(agentDir), systemClock);
  if (!keeper) return false;
  await keeper.control.shutdown();
  await keeper.closed;
  return true;
}

function dial(path: string): Promise<Socket | undefined> {
  requirePrivateFolder(dirname(path));
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

function greet(socket: Socket, clock: Clock): Promise<KeeperConnection> {
  const transport = new StreamTransport(socket);
  return new Promise((resolve, reject) => {
    let gone: () => void = () => undefined;
    const closed = new Promise<void>((done) => {
      gone = done;
    });
    const leg: Leg = new Leg({
      transport,
      clock,
      peer: 'keeper',
      dial: { meta: { pid: process.pid } },
      handler: {
        welcome: () => resolve({ leg, control: openControl(leg, clock), closed }),
        closed: (code, message) => {
          gone();
          reject(new UniCoreError(code, message));
        },
      },
    });
    transport.attach(leg);
  });
}

function openControl(leg: Leg, clock: Clock): KeeperMethods {
  const messages = new Messages((value) => rpc.receive(value));
  const rpc = controlRpc<KeeperMethods, object>({
    local: {},
    post: (value) => messages.send(value),
    onError: (error) => rpc.close(asError(error)),
  });
  const channel = new Opener({
    clock,
    kind: 'control',
    meta: () => ({}),
    random: randomBytes,
    leg: () => leg,
    resume: false,
    handler: {
      data: messages.data,
      pull: messages.pull,
      closed: (code, message) => rpc.close(new UniCoreError(code, message)),
    },
  });
  messages.bind(channel);
  channel.attach();
  return rpc.remote;
}

function asError(error: unknown): UniCoreError {
  return error instanceof UniCoreError
    ? error
    : new UniCoreError('INTERNAL', String(error), { cause: error });
}
