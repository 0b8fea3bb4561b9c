/** The description of a desktop for tests of Cloud Run. */

import type { JobSettings, LaunchSpec } from '../job-message.ts';
import { jobNameOf } from '../job-name.ts';
import type { JobRef } from '../job-ref.ts';

export const PLACE = { project: 'my-project', region: 'europe-west1', quota: 10 };
export const SETTINGS: JobSettings = {
  deployment: 'hub-k3v9w2m8x4qa',
  account: 'unicore-desktop',
};

export function specOf(changed: Partial<LaunchSpec> = {}): LaunchSpec {
  return {
    sessionId: 's-1',
    attempt: 1,
    userId: 'u-alice',
    createdAt: 1_700_000_000_000,
    place: PLACE,
    image: 'europe-docker.pkg.dev/my-project/unicore/desktop:v1',
    env: { UNICORE_HUB: 'wss://hub.example.org', UNICORE_BOOT_TOKEN: 'secret' },
    timeoutSeconds: 14_700,
    ...changed,
  };
}

export function refOf(changed: Partial<LaunchSpec> = {}): JobRef {
  const spec = specOf(changed);
  const { place, sessionId, attempt } = spec;
  return { place, jobName: jobNameOf(spec), sessionId, attempt };
}
