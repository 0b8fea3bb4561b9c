/** `unicore-agent run`: the agent in the foreground, until a signal comes or the hub wants it no more. */
import { UniCoreError } from '@unicore/protocol';
import { startAgent } from '../agent/index.ts';
import { dockerSocket } from '../runtime/index.ts';
import { createLog } from './log.ts';

export interface RunOptions {
  data: string;
  logLevel: string;
}

/** Rejects with REVOKED when the hub will not have this provider any more. */
export async function run({ data: agentDir, logLevel }: RunOptions, env: NodeJS.ProcessEnv): Promise<void> {
  const log = createLog(logLevel);
  const told = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
    // The supervisor that started it (npm start) is gone, however it died.
    process.once('disconnect', () => resolve('disconnect'));
  });
  const agent = await startAgent({ agentDir, log, socketPath: dockerSocket(env) });
  process.send?.({ type: 'started' });
  const end = await Promise.race([told, agent.revoked]);
  await agent.close();
  if (end instanceof UniCoreError) {
    throw new UniCoreError(
      'REVOKED',
      `${agent.config.hub} does not accept this provider any more: ${end.message} ` +
        `To join again, delete ${agentDir}/agent.json and use a new join token.`,
    );
  }
  log.info({ why: end }, 'stopped; containers and shells go on');
}
