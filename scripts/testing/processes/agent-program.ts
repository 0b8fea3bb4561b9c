/**
 * Runs an agent and its keeper as separate processes. The agent may connect through a proxy that can break
 * its line to the hub.
 */
import { join } from 'node:path';
import { DEFAULT_SOCKET, joinHub, type RuntimeKind, stopKeeper } from '@unicore/agent';
import { LineProxy } from '@unicore/server/testing';
import { z } from 'zod';
import { ROOT } from '../../lib/paths.ts';
import type { Program } from './program.ts';
import type { Programs } from './programs.ts';

/** Message that agent/src/commands/run.ts sends when the agent is ready. */
const Started = z.object({ type: z.literal('started') });

export class AgentProgram {
  readonly tunnel: Program;
  readonly agentDir: string;

  readonly #runtime: RuntimeKind;

  /** With `desktops`, the agent offers desktops. `runtime` is what its VMs and desktops are. */
  constructor(
    programs: Programs,
    name: string,
    env: NodeJS.ProcessEnv = {},
    { runtime = 'process', desktops = false }: { runtime?: RuntimeKind; desktops?: boolean } = {},
  ) {
    this.agentDir = join(programs.folder, name);
    this.#runtime = runtime;
    const more = desktops ? ['--desktops'] : [];
    this.tunnel = programs.add(name, {
      args: () => [join(ROOT, 'agent/src/cli.ts'), 'run', '--data', this.agentDir, ...more],
      env,
      up: (said) => Started.safeParse(said).success,
    });
  }

  /** Joins the hub at this origin, and connects to it. */
  async join(hub: string, token: string): Promise<void> {
    const { agentDir } = this;
    await joinHub({ agentDir, hub, token, runtime: this.#runtime, socketPath: DEFAULT_SOCKET });
    await this.tunnel.start();
  }

  async close(): Promise<void> {
    await this.tunnel.stop();
    await stopKeeper({ agentDir: this.agentDir });
  }
}

/** A provider of a chaos run: an agent whose line to the hub can be broken. */
export class Provider extends AgentProgram {
  /** Line to the hub. Undefined until start() has opened it. */
  line!: LineProxy;

  /**
   * Joins the hub and connects. `port` belongs to the hub, or to a load balancer in front of several hubs.
   */
  async start(port: number, token: string): Promise<void> {
    this.line = await LineProxy.open(port);
    await this.join(this.line.origin, token);
  }

  override async close(): Promise<void> {
    await super.close();
    this.line?.close();
  }
}
