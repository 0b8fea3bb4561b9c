/** Runs desktops on Google Cloud Run. */
export { CloudRunJobs } from './cloud-run-jobs.ts';
export type { LaunchSpec } from './job-message.ts';
export { jobNameOf } from './job-name.ts';
export type { JobRef, ListedJob } from './job-ref.ts';
export { type CloudRunOptions, openCloudRun } from './open.ts';
export { type Place, parsePlaces, placeName, placeWithRoom } from './place.ts';
export { isPoolOwner, poolOwner, slotOf } from './pool-owner.ts';
export type { Sight } from './sight.ts';
