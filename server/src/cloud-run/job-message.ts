/** Builds the job of one desktop for Google's API. */
import { type DesktopStart, tokenOf } from './job-name.ts';
import { labelsOf, type Owner } from './labels.ts';
import type { Place } from './place.ts';

/**
 * What a job is made from. All values come from the desktop's row and never depend on the time of the call. So a
 * repeated call asks for exactly the same job.
 */
export interface LaunchSpec extends DesktopStart, Owner {
  readonly place: Place;
  readonly image: string;
  /** Environment variables of the container, with which it finds its hub: address, session, attempt and boot token. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Cloud Run ends the container after this time even if everything else fails. It is the longest life plus 5
   * minutes.
   */
  readonly timeoutSeconds: number;
}

export interface JobSettings {
  /**
   * The id of this deployment (hubs with a common store). If two deployments use one project, each ignores the
   * other's jobs.
   */
  readonly deployment: string;
  /**
   * Name of the service account that desktops run as, such as unicore-desktop. Each project has such an account. It
   * has no roles, so a program that breaks out of the browser cannot use anything in the project.
   */
  readonly account: string;
}

const CPU = '2';
const MEMORY = '4Gi';
/** The arguments that make the image's program dial a hub. */
const ARGS = ['dial'];

export function jobMessage(spec: LaunchSpec, { deployment, account }: JobSettings): object {
  const labels = labelsOf(deployment, spec);
  const env = Object.entries(spec.env).map(([name, value]) => ({ name, value }));
  return {
    labels,
    // Execution tokens are a preview feature. Google sets this field back to GA when they are no longer one.
    launchStage: 'BETA',
    startExecutionToken: tokenOf(spec.attempt),
    template: {
      // Executions get the labels of the template, not those of the job.
      labels,
      taskCount: 1,
      parallelism: 1,
      template: {
        containers: [
          { image: spec.image, args: ARGS, env, resources: { limits: { cpu: CPU, memory: MEMORY } } },
        ],
        // By default Cloud Run would restart a failed desktop up to three times.
        maxRetries: 0,
        timeout: { seconds: spec.timeoutSeconds },
        serviceAccount: `${account}@${spec.place.project}.iam.gserviceaccount.com`,
        executionEnvironment: 'EXECUTION_ENVIRONMENT_GEN2',
      },
    },
  };
}
