/** Finds this deployment's attempts in Google's lists of all jobs and all executions of a place. */
import type { ListedJob } from './job-ref.ts';
import { isSameOwner, ownerIn } from './labels.ts';
import { type Execution, type Job, jobOfExecution, lastPart } from './messages.ts';
import type { Place } from './place.ts';
import { isOver, sightOf } from './sight.ts';

export function ownJobs(
  deployment: string,
  place: Place,
  jobs: readonly Job[],
  executions: readonly Execution[],
): ListedJob[] {
  const listed: ListedJob[] = [];
  const rest = new Map<string, Execution[]>();
  for (const execution of executions) {
    const job = jobOfExecution(execution.name);
    rest.set(job, [...(rest.get(job) ?? []), execution]);
  }
  for (const job of jobs) {
    const owner = ownerIn(deployment, job.labels);
    if (!owner) continue;
    const jobName = lastPart(job.name);
    const own =
      rest.get(jobName)?.filter(({ labels }) => isSameOwner(ownerIn(deployment, labels), owner)) ?? [];
    const others = rest.get(jobName)?.filter((execution) => !own.includes(execution)) ?? [];
    rest.set(jobName, others);
    // An execution that may still run is preferred to one that has ended.
    const execution = own.find((one) => !isOver(one)) ?? own[0];
    listed.push({ place, jobName, ...owner, createdAt: job.createTime ?? 0, ...sightOf(job, execution) });
  }
  // An execution may exist after its job was deleted, or be listed before its job. It costs money as long as it
  // runs.
  for (const [jobName, executions] of rest) {
    for (const execution of executions) {
      const owner = ownerIn(deployment, execution.labels);
      if (!owner || isOver(execution)) continue;
      const createdAt = execution.createTime ?? 0;
      listed.push({ place, jobName, ...owner, createdAt, ...sightOf(undefined, execution) });
    }
  }
  return listed;
}
