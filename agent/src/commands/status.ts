/**
 * `unicore-agent status`: reads the status from files in the agent's folder, so that the command also works
 * when no agent runs.
 */
import { UniCoreError } from '@unicore/protocol';
import { z } from 'zod';
import { AgentConfig, loadConfig } from '../identity/index.ts';
import { AgentState, isAlive, loadState } from '../state/index.ts';

export const Status = z.object({
  /** True if the agent's process runs now. */
  running: z.boolean(),
  agentDir: z.string(),
  config: AgentConfig,
  /** The last state that the agent wrote. It is null if the agent never ran. */
  state: AgentState.nullable(),
});
export type Status = z.infer<typeof Status>;

export async function readStatus(agentDir: string): Promise<Status> {
  const config = await loadConfig(agentDir);
  if (!config) {
    throw new UniCoreError(
      'NOT_FOUND',
      `${agentDir} has not joined a hub yet. Get a join token from your hub, then: npm run agent -- join HUB TOKEN`,
    );
  }
  const state = (await loadState(agentDir)) ?? null;
  return { running: state !== null && (await isAlive(state)), agentDir, config, state };
}

export function formatStatus({ running, agentDir, config, state }: Status): string {
  const rows: [string, string][] = [
    ['Hub', config.hub],
    ['Provider', `${config.name} (${config.providerId})`],
    ['Folder', agentDir],
    ['Runtime', config.runtime === 'docker' ? 'docker' : 'process: VMs are not isolated from this machine'],
  ];
  if (!running || !state)
    return table([...rows, ['Agent', 'not running. Start it with: npm run agent -- run']]);
  rows.push(['Agent', `running since ${when(state.startedAt)} (process ${state.pid})`]);
  rows.push(['Connection', connection(state.connection)]);
  for (const [i, { region, url, ms }] of state.hubs.entries()) {
    const far = ms === null ? 'does not answer' : `${Math.round(ms)} ms`;
    rows.push([i === 0 ? 'Regions' : '', `${region ?? '-'}  ${url}  ${far}`]);
  }
  rows.push(['Keeper', state.keeper]);
  rows.push(['VMs', state.vms.length === 0 ? 'none' : String(state.vms.length)]);
  for (const { vmId, phase, reason } of state.vms) rows.push(['', seen(vmId, phase, reason)]);
  if (state.desktops.length > 0) rows.push(['Desktops', String(state.desktops.length)]);
  for (const { sessionId, phase, reason } of state.desktops) rows.push(['', seen(sessionId, phase, reason)]);
  return table(rows);
}

function connection({ state, since, reason }: AgentState['connection']): string {
  const why = reason === null ? '' : `: ${reason}`;
  if (state === 'connected') return `connected since ${when(since)}`;
  if (state === 'revoked') return `refused for good since ${when(since)}${why}`;
  return `not connected since ${when(since)}${why}`;
}

function seen(id: string, phase: string, reason: string | null): string {
  return `${id}  ${phase}${reason ? `: ${reason}` : ''}`;
}

function table(rows: [string, string][]): string {
  return rows.map(([name, value]) => `${name.padEnd(12)}${value}`).join('\n');
}

/** Returns a time as local time, with seconds and the offset from UTC. */
function when(ms: number): string {
  return new Date(ms).toLocaleString('sv-SE', { timeZoneName: 'short' });
}
