/**
 * agent.json: the hub that this agent joined, the agent's provider id at that hub, and what the owner
 * allowed.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Id } from '@unicore/protocol/control';
import { z } from 'zod';
import { readJson, writeJson } from '../files/index.ts';

export const RuntimeKind = z.enum(['docker', 'process']);
export type RuntimeKind = z.infer<typeof RuntimeKind>;

export const AgentConfig = z.object({
  /** http(s) URL of the hub, without a trailing slash. */
  hub: z.url(),
  providerId: Id,
  /** The name of this machine on the hub's page. */
  name: z.string().min(1).max(200),
  runtime: RuntimeKind,
  /** True if the owner allowed plain HTTP to a hub on another machine. */
  insecure: z.boolean().default(false),
  /** True if the owner allowed VMs without isolation for a hub on another machine. */
  allowUnisolatedRemoteHub: z.boolean().default(false),
  /**
   * The agent may move to hubs of other regions whose host name is under this domain. Default: the host name
   * of the hub that the agent joined.
   */
  regionsUnder: z
    .string()
    .regex(/^[a-z0-9.-]+$/, 'must be a domain such as example.org')
    .optional(),
});
export type AgentConfig = z.infer<typeof AgentConfig>;

const REMEDY = 'Delete it and join the hub again.';

export function defaultAgentDir(env: NodeJS.ProcessEnv): string {
  return env.XDG_DATA_HOME
    ? join(env.XDG_DATA_HOME, 'unicore', 'agent')
    : join(homedir(), '.unicore', 'agent');
}

export function loadConfig(agentDir: string): Promise<AgentConfig | undefined> {
  return readJson(configPath(agentDir), AgentConfig, REMEDY);
}

export async function saveConfig(agentDir: string, config: AgentConfig): Promise<void> {
  await writeJson(configPath(agentDir), config);
}

export function configPath(agentDir: string): string {
  return join(agentDir, 'agent.json');
}
