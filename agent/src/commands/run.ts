/**
 * `unicore-agent run`: runs the agent in the foreground, until a signal arrives or the hub revokes this
 * provider.
 */
import { UniCoreError } from '@unicore/protocol';
import { startAgent } from '../agent/index.ts';
import { dockerSocket } from '../runtime/index.ts';
import { createLog } from './log.ts';

export interface RunOptions {
  data: string;
  logLevel: string;
  desktops?: boolean;
}

/** Rejects with REVOKED if the hub has revoked this provider. */
export async function run(options: RunOptions, env: NodeJS.ProcessEnv): Promise<void> {
  const { data: agentDir, logLevel, desktops = false } = options;
  const log = createLog(logLevel);
  const stopRequest = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
    // The IPC channel closes when the supervisor (npm start) has ended, even if the supervisor was killed.
    // Then the agent ends, too.
    process.once('disconnect', () => resolve('disconnect'));
  });
  const agent = await startAgent({ agentDir, log, desktops, socketPath: dockerSocket(env) });
  process.send?.({ type: 'started' });
  const end = await Promise.race([stopRequest, agent.revoked]);
  await agent.close();
  if (end instanceof UniCoreError) {
    throw new UniCoreError(
      'REVOKED',
      `${agent.config.hub} does not accept this provider any more: ${end.message} ` +
        `To join again, delete ${agentDir}/agent.json and use a new join token.`,
    );
  }
  log.info({ why: end }, 'stopped; containers, desktops and shells keep running');
}
