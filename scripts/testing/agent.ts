/** An agent in the test's own process, with process VMs, joined to a hub that runs elsewhere. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_SOCKET, joinHub, startAgent } from '@unicore/agent';
import { connectKeeper, stopKeeper } from '@unicore/agent/keeper';
import { pino } from 'pino';

/** Settles when the agent is connected. hub: on loopback, as an agent without Docker accepts no other. token: to join with. */
export async function joinedAgent(hub: string, token: string): Promise<AsyncDisposable> {
  const agentDir = mkdtempSync(join(tmpdir(), 'unicore-agent-'));
  await joinHub({ agentDir, hub, token, runtime: 'process', socketPath: DEFAULT_SOCKET });
  const agent = await startAgent({
    agentDir,
    log: pino({ level: 'silent' }),
    socketPath: DEFAULT_SOCKET,
    connectKeeper: () => connectKeeper({ agentDir }),
  });
  await agent.connected;
  return {
    async [Symbol.asyncDispose]() {
      await agent.close();
      await stopKeeper({ agentDir });
      rmSync(agentDir, { recursive: true, force: true });
    },
  };
}
