/** The Docker engine: the path of its socket, a client, and a check whether the engine answers. */
import { Agent } from 'node:http';
import { UniCoreError } from '@unicore/protocol';
import Docker, { type DockerOptions } from 'dockerode';
import { engineError } from './engine-errors.ts';

export const DEFAULT_SOCKET = '/var/run/docker.sock';
/** Time limit of a ping, in ms. An engine on this machine answers at once. */
export const PING_MS = 2_000;

/**
 * Returns a client that opens a new connection for each call. An engine that shuts down first closes its
 * listening socket and then ends its containers, but still answers on old connections. With new connections,
 * the agent can distinguish the end of a container from the end of the engine.
 */
export function engineAt(socketPath: string, timeoutMs?: number): Docker {
  const options: DockerOptions & { agent: Agent } = { socketPath, agent: new Agent({ keepAlive: false }) };
  if (timeoutMs !== undefined) options.timeout = timeoutMs;
  return new Docker(options);
}

/** Rejects with a UniCoreError if no engine answers. The error says what to do. */
export async function pingEngine(socketPath: string, timeoutMs: number = PING_MS): Promise<void> {
  try {
    await engineAt(socketPath, timeoutMs).ping();
  } catch (error) {
    throw engineError(error, socketPath);
  }
}

/**
 * Returns the path of the engine's socket from DOCKER_HOST. Throws if DOCKER_HOST names a remote engine,
 * since agent and keeper use only a local engine.
 */
export function dockerSocket(env: NodeJS.ProcessEnv): string {
  const host = env.DOCKER_HOST;
  if (!host) return DEFAULT_SOCKET;
  if (host.startsWith('unix://')) return host.slice('unix://'.length);
  throw new UniCoreError(
    'BAD_REQUEST',
    `DOCKER_HOST is ${host}, but the agent needs an engine on this machine: set it to unix:///path/to/docker.sock or unset it.`,
  );
}
