/** Plans a deployment: returns all steps as data. The same plan is either printed or run. */
import { type Deployment, imageOf } from './deployment.ts';
import { desktopSteps } from './desktops.ts';
import { renderManifest } from './manifest.ts';
import type { Step } from './step.ts';

/** Platform for which every machine builds the hub's image, because Cloud Run supports no other platform. */
const PLATFORM = 'linux/amd64';

export async function planOf({ targets }: Deployment): Promise<readonly Step[]> {
  const images = new Set(targets.map(imageOf));
  const steps: Step[] = [];
  for (const image of images) {
    steps.push({
      title: `Build ${image}`,
      command: [
        'docker',
        'build',
        '--file',
        'server/Dockerfile',
        '--platform',
        PLATFORM,
        '--tag',
        image,
        '.',
      ],
    });
    steps.push({ title: `Push ${image}`, command: ['docker', 'push', image] });
  }
  steps.push(...desktopSteps(targets));
  for (const target of targets) {
    const { project, region, service } = target;
    steps.push({
      title: `Roll out ${service} in ${region}`,
      command: [
        'gcloud',
        'run',
        'services',
        'replace',
        '-',
        '--project',
        project,
        '--region',
        region,
        '--quiet',
      ],
      input: await renderManifest(target, targets),
    });
  }
  return steps;
}
