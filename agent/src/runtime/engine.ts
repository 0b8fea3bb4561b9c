/** Where the engine is, and whether it answers. */
import { UniCoreError } from '@unicore/protocol';
import Docker from 'dockerode';
import { engineError } from './engine-errors.ts';

export const DEFAULT_SOCKET = '/var/run/docker.sock';
/** An engine on this machine answers at once, or is not there. */
export const PING_MS = 2_000;

/** Throws a UniCoreError with the remedy when no engine answers there. */
export async function pingEngine(socketPath: string, timeoutMs: number = PING_MS): Promise<void> {
  try {
    await new Docker({ socketPath, timeout: timeoutMs }).ping();
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
