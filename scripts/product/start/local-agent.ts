/** The agent of this machine as a child of npm start: it joins the local hub once, and is then kept running. */
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

/** Exit code of agent/src/cli.ts when the hub has revoked this agent. */
const EXIT_REVOKED = 78;

export interface LocalAgentOptions {
  readonly dataDir: string;
  /** The hub's address on this machine. */
  readonly hub: string;
  joinToken(): Promise<string>;
  /** Socket at which a Docker engine may answer. */
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
    // The hub's port may have changed; it is the same hub, as it has the same data.
    const config = joined
      ? { ...joined, hub, runtime: await runtimeOf(joined, agentDir, socketPath) }
      : await joinHub({ agentDir, hub, token: await options.joinToken(), socketPath });
    if (joined) await saveConfig(agentDir, config);
    const log = join(dataDir, 'logs/agent.log');
    const child = new Supervised({
      command: () => nodeCommand(join(ROOT, 'agent/src/cli.ts'), 'run', '--data', agentDir),
      outputs: [openLog(log), ...options.show],
      finalCode: EXIT_REVOKED,
      died: teller('agent', log),
    });
    return new LocalAgent(config.runtime, agentDir, child);
  }

  /** Ends the process that talks to the hub. Shells belong to the keeper and keep running. */
  stop(): Promise<void> {
    return this.#child.stop();
  }

  /** Number of VMs that keep running without npm start. */
  async running(): Promise<number> {
    const state = await loadState(this.dir);
    return state?.vms.filter((vm) => vm.phase === 'running').length ?? 0;
  }
}

/**
 * Chooses the runtime. A Docker engine that appeared after the first start is used from then on, unless there are VMs that
 * run without one. The runtime never goes from Docker to processes: VMs must not lose isolation because an engine is down.
 */
async function runtimeOf(config: AgentConfig, agentDir: string, socketPath: string): Promise<RuntimeKind> {
  if (config.runtime === 'docker') return 'docker';
  const vms = (await loadState(agentDir))?.vms ?? [];
  return vms.length === 0 ? detectRuntime(socketPath) : 'process';
}
