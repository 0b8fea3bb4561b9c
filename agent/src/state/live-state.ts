/**
 * state.json: the state that a running agent writes for `unicore-agent status`. This module also checks
 * whether that agent still runs.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HubDistance, UniCoreError } from '@unicore/protocol';
import { DesktopObserved, VmObserved } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import { z } from 'zod';
import { LatestFile, readJson } from '../files/index.ts';
import { type AgentConfig, RuntimeKind } from '../identity/index.ts';
import type { TunnelState } from '../tunnel/index.ts';

export const AgentState = z.object({
  pid: z.number().int().positive(),
  /** Start time of the process. A later process with the same pid has a different start time. */
  born: z.string(),
  startedAt: z.number(),
  hub: z.string(),
  providerId: z.string(),
  name: z.string(),
  runtime: RuntimeKind,
  connection: z.object({
    state: z.enum(['connecting', 'connected', 'revoked']),
    /** Time when this connection state began, in ms since 1970. */
    since: z.number(),
    /** The reason why the agent is not connected. */
    reason: z.string().nullable(),
  }),
  keeper: z.enum(['connected', 'absent']),
  /**
   * All hubs of the deployment, nearest first. `ms` is the round-trip time. The list is empty if there is
   * only one hub.
   */
  hubs: z
    .array(z.object({ region: z.string().nullable(), url: z.string(), ms: z.number().nullable() }))
    .default([]),
  vms: z.array(VmObserved),
  desktops: z.array(DesktopObserved).default([]),
});
export type AgentState = z.infer<typeof AgentState>;

/** What the agent observes of its VMs and desktops. */
type Observed = Pick<AgentState, 'vms' | 'desktops'>;

/** The state of this process. Every change of the state is written to state.json. */
export class LiveState {
  readonly #file: LatestFile;
  readonly #observed: () => Observed;
  readonly #log: Logger;
  #state: AgentState;

  private constructor(file: LatestFile, state: AgentState, observed: () => Observed, log: Logger) {
    this.#file = file;
    this.#state = state;
    this.#observed = observed;
    this.#log = log;
  }

  static async create(
    agentDir: string,
    { hub, providerId, name, runtime }: AgentConfig,
    observed: () => Observed,
    log: Logger,
  ): Promise<LiveState> {
    const now = Date.now();
    const state: AgentState = {
      pid: process.pid,
      born: await bornOf(process.pid),
      startedAt: now,
      hub,
      providerId,
      name,
      runtime,
      connection: { state: 'connecting', since: now, reason: null },
      keeper: 'absent',
      hubs: [],
      vms: [],
      desktops: [],
    };
    return new LiveState(new LatestFile(statePath(agentDir)), state, observed, log);
  }

  connection(now: TunnelState): void {
    const { connection } = this.#state;
    const since = connection.state === now.state ? connection.since : Date.now();
    const reason = 'error' in now && now.error ? now.error.message : null;
    this.#state = { ...this.#state, connection: { state: now.state, since, reason } };
    void this.save();
  }

  keeper(connected: boolean): void {
    this.#state = { ...this.#state, keeper: connected ? 'connected' : 'absent' };
    void this.save();
  }

  hubs(places: readonly HubDistance[]): void {
    this.#state = { ...this.#state, hubs: [...places] };
    void this.save();
  }

  /**
   * Resolves when the file is written. A failed write is only logged, since the agent can work without this
   * file.
   */
  async save(): Promise<void> {
    try {
      await this.#file.save(() => ({ ...this.#state, ...this.#observed() }));
    } catch (error) {
      this.#log.error({ err: error }, 'state.json could not be written');
    }
  }
}

/**
 * Throws if another agent runs for this folder. Two agents with one identity would replace each other's
 * connection to the hub again and again.
 */
export async function refuseSecond(agentDir: string): Promise<void> {
  const state = await loadState(agentDir);
  if (!state || state.pid === process.pid || !(await isAlive(state))) return;
  throw new UniCoreError(
    'CONFLICT',
    `An agent for ${agentDir} runs already (process ${state.pid}). End it with: npm run agent -- stop`,
  );
}

export function loadState(agentDir: string): Promise<AgentState | undefined> {
  return readJson(statePath(agentDir), AgentState, 'Delete it and start the agent again.');
}

/** Returns true if the process that wrote this state still runs. */
export async function isAlive({ pid, born }: AgentState): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM means that the process exists, but belongs to another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return (await bornOf(pid)) === born;
}

/**
 * Returns when a process started: clock ticks since boot, and the id of that boot. Returns an empty string on
 * systems other than Linux.
 */
export async function bornOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    // In /proc/PID/stat, the process name in parentheses may contain anything. The start time is field 22,
    // which is the 20th field after the name.
    return `${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}@${boot.trim()}`;
  } catch {
    return '';
  }
}

function statePath(agentDir: string): string {
  return join(agentDir, 'state.json');
}
