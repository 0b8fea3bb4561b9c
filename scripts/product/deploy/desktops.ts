/** Plans what desktops on Cloud Run need: their image, an account without any role, and the hub's rights. */
import { desktopImageOf, type Target } from './deployment.ts';
import type { Step } from './step.ts';

/** The image that `npm run images -- desktop` builds. */
const BUILT = 'unicore/desktop:latest';

/** The targets differ only in what a region's name is part of, so most steps would be the same for each. */
export function desktopSteps(targets: readonly Target[]): Step[] {
  const steps = new Map<string, Step>();
  const add = (step: Step) => steps.set(step.command.join(' '), step);
  for (const target of targets) {
    const image = desktopImageOf(target);
    if (image === undefined) continue;
    add({ title: 'Build the image of desktops', command: ['npm', 'run', 'images', '--', 'desktop'] });
    add({ title: `Name it ${image}`, command: ['docker', 'tag', BUILT, image] });
    add({ title: `Push ${image}`, command: ['docker', 'push', image] });
    for (const project of target.desktopProjects.split(','))
      for (const step of rights(target, project)) add(step);
  }
  return [...steps.values()];
}

/** All of it may be repeated: a binding that is there already stays as it is. */
function rights({ serviceAccount, desktopAccount }: Target, project: string): Step[] {
  const account = `${desktopAccount}@${project}.iam.gserviceaccount.com`;
  const member = `serviceAccount:${serviceAccount}`;
  const accounts = ['gcloud', 'iam', 'service-accounts'] as const;
  return [
    {
      title: `Create the account of desktops in ${project}`,
      unless: [...accounts, 'describe', account, '--project', project],
      command: [
        ...[...accounts, 'create', desktopAccount, '--project', project],
        ...['--display-name', 'UniCore desktops, without any role'],
      ] as [string, ...string[]],
    },
    {
      title: `Let the hub run jobs in ${project}`,
      command: [
        ...['gcloud', 'projects', 'add-iam-policy-binding', project, '--member', member],
        ...['--role', 'roles/run.developer', '--condition', 'None', '--quiet'],
      ] as [string, ...string[]],
    },
    {
      title: `Let the hub run jobs as ${account}`,
      command: [
        ...[...accounts, 'add-iam-policy-binding', account, '--project', project, '--member', member],
        ...['--role', 'roles/iam.serviceAccountUser', '--quiet'],
      ] as [string, ...string[]],
    },
  ];
}
