/** The plan of a small deployment, for tests. */
import { parseDeployment } from '../deployment.ts';
import { planOf } from '../plan.ts';
import type { Step } from '../step.ts';

export const ARGS = [
  ...['--project', 'my-project', '--repository', 'europe-docker.pkg.dev/my-project/unicore/hub'],
  ...['--region', 'europe-west1', '--public-url', 'https://{region}.hub.example.org'],
];
export const commit = async () => 'abc123';

/** `more` are further arguments of the command. */
export async function plan(...more: string[]): Promise<readonly Step[]> {
  const deployment = await parseDeployment([...ARGS, ...more], commit);
  return planOf(deployment!);
}
