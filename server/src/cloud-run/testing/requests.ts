/**
 * Schemas of the requests that the fake supports. A field that is not supported causes an error with the field's
 * name. Enumerations and numbers arrive as text over gRPC, and unchanged in direct calls.
 */
import { status } from '@grpc/grpc-js';
import { z } from 'zod';
import { Refusal } from './refusal.ts';

const Label = z.string().regex(/^[a-z0-9_-]{0,63}$/);
const Labels = z.record(z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/), Label);
const Env = z.strictObject({ name: z.string().min(1), value: z.string().default('') });
const Limits = z.strictObject({
  cpu: z
    .string()
    .regex(/^[1248]$/)
    .transform(Number),
  memory: z
    .string()
    .regex(/^\d+Gi$/)
    .transform((text) => Number.parseInt(text, 10)),
});

export const JobTemplate = z.strictObject({
  labels: Labels.default({}),
  launchStage: z.string().optional(),
  startExecutionToken: z.string().regex(/^[a-z0-9-]+$/),
  template: z.strictObject({
    labels: Labels.default({}),
    taskCount: z.literal(1),
    parallelism: z.literal(1),
    template: z.strictObject({
      containers: z.tuple([
        z.strictObject({
          image: z.string().min(1),
          args: z.array(z.string()).default([]),
          env: z.array(Env).default([]),
          resources: z.strictObject({ limits: Limits }),
        }),
      ]),
      // Cloud Run would retry three times if this field were missing.
      maxRetries: z.literal(0),
      timeout: z.strictObject({ seconds: z.coerce.number().int().min(1).max(604_800) }),
      serviceAccount: z.string().min(1),
      executionEnvironment: z.string(),
    }),
  }),
});
export type JobTemplate = z.infer<typeof JobTemplate>;

export const CreateJob = z.strictObject({
  parent: z.string(),
  jobId: z.string().regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/),
  job: JobTemplate,
});
export const Named = z.strictObject({ name: z.string(), etag: z.string().optional() });
export const List = z.strictObject({
  parent: z.string(),
  pageSize: z.number().default(0),
  pageToken: z.string().default(''),
});
export const Wait = z.strictObject({ name: z.string(), timeout: z.unknown().optional() });

export function parse<T extends z.ZodType>(message: T, method: string, request: unknown): z.output<T> {
  const parsed = message.safeParse(request);
  if (parsed.success) return parsed.data;
  throw new Refusal(
    status.INVALID_ARGUMENT,
    `The fake of Cloud Run does not take this ${method}:\n${z.prettifyError(parsed.error)}`,
  );
}
