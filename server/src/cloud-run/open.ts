/** Creates the object that launches desktops on Cloud Run. */
import { type Clock, systemClock } from '@unicore/protocol';
import { CloudRunJobs } from './cloud-run-jobs.ts';
import { openGoogleApi } from './google-api.ts';
import type { JobSettings } from './job-message.ts';

export interface CloudRunOptions extends JobSettings {
  /** The HOST:PORT of a fake Cloud Run. Without it, Google's API is used with the hub's own credentials. */
  endpoint?: string;
  clock?: Clock;
  /** Time limits of one call, and of a call with all its repetitions, ms. */
  callMs?: number;
  patienceMs?: number;
}

export function openCloudRun({ endpoint, clock = systemClock, ...settings }: CloudRunOptions): CloudRunJobs {
  const api = openGoogleApi(endpoint);
  return new CloudRunJobs({ ...settings, api, clock, now: Date.now, random: Math.random });
}
