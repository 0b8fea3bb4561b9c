/**
 * Runs the agent of this machine as a supervised child process of `npm start`. The agent joins the local hub
 * only at the first start.
 */
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import {
  type AgentConfig,
  detectRuntime,
  joinHub,
  loadConfig,
  loadState,
  type RuntimeKind,
  saveConfig,
} from '@unicore/agent';
import { nodeCommand } from '../../lib/node-flags.ts';
import { ROOT } from '../../lib/paths.ts';
import { openLog } from './log-file.ts';
import { teller } from './service.ts';
import { Supervised } from './supervisor.ts';

/** Exit code of the agent (agent/src/cli.ts) after the hub has revoked this agent. */
const EXIT_REVOKED = 78;

export interface LocalAgentOptions {
  readonly dataDir: string;
  /** URL of the hub on this machine. */
  readonly hub: string;
  joinToken(): Promise<string>;
  /** Path of the socket of a Docker engine, which need not be running. */
  readonly socketPath: string;
  readonly show: readonly Writable[];
}

export class LocalAgent {
  readonly runtime: RuntimeKind;
  readonly dir: string;
  readonly #child: Supervised;

  private constructor(runtime: RuntimeKind, dir: string, child: Supervised) {
    this.runtime = runtime;
    this.dir = dir;
    this.#child = child;
  }

  static async start(options: LocalAgentOptions): Promise<LocalAgent> {
    const { dataDir, hub, socketPath } = options;
    const agentDir = join(dataDir, 'agent');
    const joined = await loadConfig(agentDir);
    // The hub's port may have changed since the last start, so the agent gets the new address. The agent need
    // not join again, because the hub still has the same data.
    const config = joined
      ? { ...joined, hub, runtime: await runtimeOf(joined, agentDir, socketPath) }
      : await joinHub({ agentDir, hub, token: await options.joinToken(), socketPath });
    if (joined) await saveConfig(agentDir, config);
    const log = join(dataDir, 'logs/agent.log');
    const child = new Supervised({
      command: () => nodeCommand(join(ROOT, 'agent/src/cli.ts'), 'run', '--desktops', '--data', agentDir),
      outputs: [openLog(log), ...options.show],
      finalCode: EXIT_REVOKED,
      died: teller('agent', log),
    });
    return new LocalAgent(config.runtime, agentDir, child);
  }

  /**
   * Stops the tunnel process, which talks to the hub. Shells keep running, because they belong to the keeper
   * process.
   */
  stop(): Promise<void> {
    return this.#child.stop();
  }

  /** Returns the number of VMs that keep running after `npm start` has ended. */
  async running(): Promise<number> {
    const state = await loadState(this.dir);
    return state?.vms.filter((vm) => vm.phase === 'running').length ?? 0;
  }
}

/**
 * Chooses the VM runtime at each start. Changes from processes to Docker if a Docker engine answers and no VM
 * exists. Never changes from Docker to processes, because VMs must not lose their isolation while the engine
 * is down.
 */
async function runtimeOf(config: AgentConfig, agentDir: string, socketPath: string): Promise<RuntimeKind> {
  if (config.runtime === 'docker') return 'docker';
  const vms = (await loadState(agentDir))?.vms ?? [];
  return vms.length === 0 ? detectRuntime(socketPath) : 'process';
}
