/** An agent as a process, with its keeper behind it; optionally with a line to the hub that can be broken. */
import { join } from 'node:path';
import { DEFAULT_SOCKET, joinHub, stopKeeper } from '@unicore/agent';
import { LineProxy } from '@unicore/server/testing';
import { z } from 'zod';
import { ROOT } from '../../lib/paths.ts';
import type { Program } from './program.ts';
import type { Programs } from './programs.ts';

/** What agent/src/commands/run.ts sends when it is up. */
const Started = z.object({ type: z.literal('started') });

export class AgentProgram {
  readonly tunnel: Program;
  readonly agentDir: string;

  constructor(programs: Programs, name: string, env: NodeJS.ProcessEnv = {}) {
    this.agentDir = join(programs.folder, name);
    this.tunnel = programs.add(name, {
      args: () => [join(ROOT, 'agent/src/cli.ts'), 'run', '--data', this.agentDir],
      env,
      up: (said) => Started.safeParse(said).success,
    });
  }

  /** Joins the hub at this origin, and connects. */
  async join(hub: string, token: string): Promise<void> {
    const { agentDir } = this;
    await joinHub({ agentDir, hub, token, runtime: 'process', socketPath: DEFAULT_SOCKET });
    await this.tunnel.start();
  }

  async close(): Promise<void> {
    await this.tunnel.stop();
    await stopKeeper({ agentDir: this.agentDir });
  }
}

/** A provider of a chaos run: an agent with its own line to the hub, which can be broken. */
export class Provider extends AgentProgram {
  /** Line to the hub; set once start() was called. */
  line!: LineProxy;

  /** Joins the hub and connects. port: of the hub, or of the load balancer in front of hubs. */
  async start(port: number, token: string): Promise<void> {
    this.line = await LineProxy.open(port);
    await this.join(this.line.origin, token);
  }

  override async close(): Promise<void> {
    await super.close();
    this.line?.close();
  }
}
