/** Runs an agent in this process, with a data folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Agent, DEFAULT_SOCKET, joinHub, type RuntimeKind, startAgent } from '@unicore/agent';
import { connectKeeper, stopKeeper } from '@unicore/agent/keeper';
import type { App } from '@unicore/server/app';
import { pino } from 'pino';

const log = pino({ level: 'silent' });

export class LocalAgent implements AsyncDisposable {
  readonly #agentDir: string;
  #agent: Agent | undefined;

  constructor(agentDir = mkdtempSync(join(tmpdir(), 'unicore-agent-'))) {
    this.#agentDir = agentDir;
  }

  get joined(): boolean {
    return this.#agent !== undefined;
  }

  /**
   * `hub` must be a loopback URL, because an agent without Docker refuses other hubs. `token` is a join
   * token.
   */
  async join(hub: string, token: string, runtime: RuntimeKind = 'process'): Promise<void> {
    await joinHub({ agentDir: this.#agentDir, hub, token, runtime, socketPath: DEFAULT_SOCKET });
    await this.start();
  }

  /** Resolves when the agent is connected to its hub. */
  async start(): Promise<void> {
    const agentDir = this.#agentDir;
    this.#agent = await startAgent({
      agentDir,
      log,
      desktops: true,
      socketPath: DEFAULT_SOCKET,
      connectKeeper: () => connectKeeper({ agentDir }),
    });
    await this.#agent.connected;
  }

  /** Stops the tunnel. Shells keep running. */
  async stop(): Promise<void> {
    await this.#agent?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await stopKeeper({ agentDir: this.#agentDir });
    rmSync(this.#agentDir, { recursive: true, force: true });
  }
}

/** Returns a token with which a machine of the hub's owner can join the hub. */
export async function joinTokenOf({ auth }: App): Promise<string> {
  return (await auth.joinToken((await auth.owner('owner')).userId)).secret;
}
