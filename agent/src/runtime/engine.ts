/** Where the engine is, and whether it answers. */
import { Agent } from 'node:http';
import { UniCoreError } from '@unicore/protocol';
import Docker, { type DockerOptions } from 'dockerode';
import { engineError } from './engine-errors.ts';

export const DEFAULT_SOCKET = '/var/run/docker.sock';
/** An engine on this machine answers at once, or is not there. */
export const PING_MS = 2_000;

/**
 * A connection of its own for each call: an engine that shuts down closes its socket first and then ends containers,
 * but goes on answering on old connections. So whoever sees a container end can ask whether the engine is still there.
 */
export function engineAt(socketPath: string, timeoutMs?: number): Docker {
  const options: DockerOptions & { agent: Agent } = { socketPath, agent: new Agent({ keepAlive: false }) };
  if (timeoutMs !== undefined) options.timeout = timeoutMs;
  return new Docker(options);
}

/** Throws a UniCoreError with the remedy when no engine answers there. */
export async function pingEngine(socketPath: string, timeoutMs: number = PING_MS): Promise<void> {
  try {
    await engineAt(socketPath, timeoutMs).ping();
  } catch (error) {
    throw engineError(error, socketPath);
  }
}

/** The engine's socket from DOCKER_HOST; the agent and its keeper speak to a local engine only. */
export function dockerSocket(env: NodeJS.ProcessEnv): string {
  const host = env.DOCKER_HOST;
  if (!host) return DEFAULT_SOCKET;
  if (host.startsWith('unix://')) return host.slice('unix://'.length);
  throw new UniCoreError(
    'BAD_REQUEST',
    `DOCKER_HOST is ${host}, but the agent needs an engine on this machine: set it to unix:///path/to/docker.sock or unset it.`,
  );
}
