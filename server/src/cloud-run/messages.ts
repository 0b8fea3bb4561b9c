/** The fields of Google's messages that are used here. Every message from Google is validated with these schemas. */
import { z } from 'zod';

/** A protobuf timestamp, as ms since 1970. */
const Time = z
  .object({ seconds: z.coerce.number(), nanos: z.number().nullish() })
  .nullish()
  .transform((time) => (time ? time.seconds * 1_000 + Math.floor((time.nanos ?? 0) / 1e6) : undefined));
const Text = z
  .string()
  .nullish()
  .transform((text) => text || undefined);
const Count = z
  .number()
  .nullish()
  .transform((count) => count ?? 0);
const Labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((labels) => labels ?? {});

const Condition = z.object({
  type: Text,
  state: Text,
  message: Text,
  reason: Text,
  executionReason: Text,
});
export type Condition = z.infer<typeof Condition>;

export const Job = z.object({
  name: z.string(),
  labels: Labels,
  etag: Text,
  createTime: Time,
  deleteTime: Time,
  reconciling: z
    .boolean()
    .nullish()
    .transform((reconciling) => reconciling === true),
  terminalCondition: Condition.nullish(),
  latestCreatedExecution: z.object({ name: Text, completionStatus: Text, completionTime: Time }).nullish(),
});
export type Job = z.infer<typeof Job>;

export const Execution = z.object({
  name: z.string(),
  labels: Labels,
  createTime: Time,
  startTime: Time,
  completionTime: Time,
  runningCount: Count,
  succeededCount: Count,
  failedCount: Count,
  cancelledCount: Count,
  conditions: z
    .array(Condition)
    .nullish()
    .transform((conditions) => conditions ?? []),
});
export type Execution = z.infer<typeof Execution>;

/** One page of Google's list of jobs. */
export const JobPage = z
  .object({ jobs: z.array(Job).nullish(), nextPageToken: Text })
  .transform(({ jobs, nextPageToken }) => ({ items: jobs ?? [], nextPageToken }));
export const ExecutionPage = z
  .object({ executions: z.array(Execution).nullish(), nextPageToken: Text })
  .transform(({ executions, nextPageToken }) => ({ items: executions ?? [], nextPageToken }));

/**
 * Returns the last part of a name of Google. The parts before it are not compared, because they may contain the
 * project's number instead of its id.
 */
export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** Returns the name of the job in an execution's full name, `…/jobs/JOB/executions/EXECUTION`. */
export function jobOfExecution(name: string): string {
  return /\/jobs\/([^/]+)\/executions\//.exec(name)?.[1] ?? '';
}
