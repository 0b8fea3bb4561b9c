/** The Docker engine: its socket, a client for it, and a check whether it answers. */
import { Agent } from 'node:http';
import { UniCoreError } from '@unicore/protocol';
import Docker, { type DockerOptions } from 'dockerode';
import { engineError } from './engine-errors.ts';

export const DEFAULT_SOCKET = '/var/run/docker.sock';
/** Time limit of a ping. A local engine answers at once. */
export const PING_MS = 2_000;

/**
 * Returns a client that opens a new connection for each call. An engine that shuts down closes its listening socket, then
 * ends containers, and still answers on old connections. With new ones, the end of a container can be told from the end
 * of the engine.
 */
export function engineAt(socketPath: string, timeoutMs?: number): Docker {
  const options: DockerOptions & { agent: Agent } = { socketPath, agent: new Agent({ keepAlive: false }) };
  if (timeoutMs !== undefined) options.timeout = timeoutMs;
  return new Docker(options);
}

/** Rejects with a UniCoreError that says what to do if no engine answers. */
export async function pingEngine(socketPath: string, timeoutMs: number = PING_MS): Promise<void> {
  try {
    await engineAt(socketPath, timeoutMs).ping();
  } catch (error) {
    throw engineError(error, socketPath);
  }
}

/** The engine's socket, from DOCKER_HOST. Throws for a remote engine, since agent and keeper use a local one only. */
export function dockerSocket(env: NodeJS.ProcessEnv): string {
  const host = env.DOCKER_HOST;
  if (!host) return DEFAULT_SOCKET;
  if (host.startsWith('unix://')) return host.slice('unix://'.length);
  throw new UniCoreError(
    'BAD_REQUEST',
    `DOCKER_HOST is ${host}, but the agent needs an engine on this machine: set it to unix:///path/to/docker.sock or unset it.`,
  );
}
