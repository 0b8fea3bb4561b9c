/** The job of one desktop, as Google's API takes it. */
import { type DesktopStart, tokenOf } from './job-name.ts';
import { labelsOf, type Owner } from './labels.ts';
import type { Place } from './place.ts';

/** Everything comes from the desktop's row, never from the time of the call: so a repeat asks for the same. */
export interface LaunchSpec extends DesktopStart, Owner {
  readonly place: Place;
  readonly image: string;
  /** What the container needs to find its hub: address, session, attempt and boot token. */
  readonly env: Readonly<Record<string, string>>;
  /** After this time Cloud Run ends the container, whatever else fails: the longest life and 5 minutes. */
  readonly timeoutSeconds: number;
}

export interface JobSettings {
  /** The id of this deployment of hubs. Two deployments in one project leave each other's jobs alone. */
  readonly deployment: string;
  /**
   * The name of the account that desktops run as, such as unicore-desktop, in the project of each place. It has
   * no role at all, so whatever gets out of a browser can use nothing in the project.
   */
  readonly account: string;
}

const CPU = '2';
const MEMORY = '4Gi';
/** The command of the image that dials the hub. */
const ARGS = ['dial'];

export function jobMessage(spec: LaunchSpec, { deployment, account }: JobSettings): object {
  const labels = labelsOf(deployment, spec);
  const env = Object.entries(spec.env).map(([name, value]) => ({ name, value }));
  return {
    labels,
    // Execution tokens are a preview feature. Google sets the stage back to GA once they no longer are.
    launchStage: 'BETA',
    startExecutionToken: tokenOf(spec.attempt),
    template: {
      // Executions get the template's labels, not the job's.
      labels,
      taskCount: 1,
      parallelism: 1,
      template: {
        containers: [
          { image: spec.image, args: ARGS, env, resources: { limits: { cpu: CPU, memory: MEMORY } } },
        ],
        // By default Cloud Run would start a failed desktop three times more.
        maxRetries: 0,
        timeout: { seconds: spec.timeoutSeconds },
        serviceAccount: `${account}@${spec.place.project}.iam.gserviceaccount.com`,
        executionEnvironment: 'EXECUTION_ENVIRONMENT_GEN2',
      },
    },
  };
}
