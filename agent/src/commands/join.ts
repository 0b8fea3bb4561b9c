/** `unicore-agent join`: makes this machine a provider of a hub, with a join token. */
import { hostname } from 'node:os';
import { UniCoreError } from '@unicore/protocol';
import {
  type AgentConfig,
  AgentConfig as AgentConfigSchema,
  checkHub,
  hubApi,
  loadConfig,
  loadKey,
  makeKey,
  parseHubUrl,
  type RuntimeKind,
  saveConfig,
} from '../identity/index.ts';
import { detectRuntime, pingEngine } from '../runtime/index.ts';

export interface JoinOptions {
  agentDir: string;
  /** Address of the hub, as a person typed it. */
  hub: string;
  token: string;
  /** Name of this provider. Default: the machine's host name. */
  name?: string;
  /**
   * Kind of the VMs on this machine. Default: docker if an engine answers at `socketPath`, otherwise process.
   */
  runtime?: RuntimeKind;
  socketPath: string;
  insecure?: boolean;
  allowUnisolatedRemoteHub?: boolean;
  regionsUnder?: string;
}

/**
 * Joins a hub, and writes key.pem and agent.json. All checks come before the request to the hub, so that a
 * failed check does not use up the token.
 */
export async function joinHub(options: JoinOptions): Promise<AgentConfig> {
  const { agentDir, token, insecure = false, allowUnisolatedRemoteHub = false } = options;
  const hub = parseHubUrl(options.hub);
  const existing = await loadConfig(agentDir);
  if (existing) {
    throw new UniCoreError(
      'CONFLICT',
      `This machine already joined ${existing.hub} as ${existing.name}. ` +
        `For another hub, use another folder (--data DIR); to join again, delete ${agentDir}/agent.json first.`,
    );
  }
  const runtime = options.runtime ?? (await detectRuntime(options.socketPath));
  checkHub(hub, { runtime, insecure, allowUnisolatedRemoteHub });
  if (runtime === 'docker') await requireEngine(options.socketPath);
  // An earlier join that failed may have left a key behind. Use that key again.
  const key = (await loadKey(agentDir)) ?? (await makeKey(agentDir));
  const name = options.name ?? hostname();
  const { providerId } = await hubApi(hub).join({ token, publicKey: key.publicJwk, name });
  const config = AgentConfigSchema.parse({
    hub,
    providerId,
    name,
    runtime,
    insecure,
    allowUnisolatedRemoteHub,
    regionsUnder: options.regionsUnder,
  });
  await saveConfig(agentDir, config);
  return config;
}

/**
 * Rejects if the Docker engine does not answer. A running agent tolerates a missing engine, but `join` does
 * not, so that the owner learns of the problem.
 */
async function requireEngine(socketPath: string): Promise<void> {
  try {
    await pingEngine(socketPath);
  } catch (cause) {
    throw new UniCoreError(
      'RUNTIME_UNAVAILABLE',
      `Docker does not answer at ${socketPath}. Start it, check that you may use it (docker ps), and join again; ` +
        'the token was not used up.',
      { cause },
    );
  }
}
