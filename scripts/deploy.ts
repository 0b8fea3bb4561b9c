/**
 * Implements `npm run deploy`: deploys hubs to Cloud Run with the docker and gcloud commands of this machine.
 * With `--dry-run`, only prints the steps.
 */

import { main, say } from './lib/console.ts';
import { exec } from './lib/exec.ts';
import { ROOT } from './lib/paths.ts';
import { HELP, parseDeployment } from './product/deploy/deployment.ts';
import { carryOut, show } from './product/deploy/executors.ts';
import { planOf } from './product/deploy/plan.ts';

await main(async () => {
  const deployment = await parseDeployment(process.argv.slice(2), commit);
  if (deployment === undefined) return say(HELP);
  const steps = await planOf(deployment);
  if (deployment.dryRun) show(steps);
  else await carryOut(steps, process.env);
});

/**
 * Returns the current commit, which becomes the image's tag, so that deployed code can be identified. Throws
 * if there are uncommitted changes.
 */
async function commit(): Promise<string> {
  const git = (...args: string[]) => exec('git', args, { cwd: ROOT });
  if ((await git('status', '--porcelain', '--untracked-files=no')) !== '') {
    throw new Error('There are changes that are not committed. Commit them, or name the image: --tag NAME');
  }
  return (await git('rev-parse', '--short=12', 'HEAD')).trim();
}
