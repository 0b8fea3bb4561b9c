/**
 * The labels of jobs and executions, which say to whom they belong. A hub finds its own jobs by these labels, and
 * never uses or ends a job with different labels.
 */
import { UniCoreError } from '@unicore/protocol';
import { z } from 'zod';
import { userHash } from './job-name.ts';

const DEPLOYMENT = 'unicore-deployment';
const SESSION = 'unicore-session';
const ATTEMPT = 'unicore-attempt';
const USER = 'unicore-user';

/** The values that Cloud Run allows for a label. */
const VALUE = /^[a-z0-9_-]{1,63}$/;

export type Labels = Readonly<Record<string, string>>;

/** One attempt to run one session of a desktop. */
export interface Owner {
  readonly sessionId: string;
  readonly attempt: number;
}

const Ours = z.object({
  [SESSION]: z.string().min(1),
  [ATTEMPT]: z
    .string()
    .regex(/^[1-9]\d*$/)
    .transform(Number),
});

export function labelsOf(
  deployment: string,
  { sessionId, attempt, userId }: Owner & { userId: string },
): Labels {
  return {
    [DEPLOYMENT]: labelValue('deployment', deployment),
    [SESSION]: labelValue('sessionId', sessionId),
    [ATTEMPT]: String(attempt),
    [USER]: userHash(userId),
  };
}

/**
 * Returns the owner that the labels name. Returns undefined if the labels are from another deployment or not from a
 * hub.
 */
export function ownerIn(deployment: string, labels: Labels): Owner | undefined {
  const ours = labels[DEPLOYMENT] === deployment ? Ours.safeParse(labels).data : undefined;
  return ours && { sessionId: ours[SESSION], attempt: ours[ATTEMPT] };
}

export function isSameOwner(one: Owner | undefined, other: Owner): boolean {
  return one?.sessionId === other.sessionId && one.attempt === other.attempt;
}

function labelValue(field: string, value: string): string {
  if (VALUE.test(value)) return value;
  throw new UniCoreError(
    'INTERNAL',
    `${field} "${value}" must have 1 to 63 lower-case letters, digits, "_" or "-", because it is a label.`,
  );
}
