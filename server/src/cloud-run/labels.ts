/**
 * Labels of jobs and executions: whose they are. The hub finds its own jobs by them, and adopts or ends none
 * that has other labels.
 */
import { UniCoreError } from '@unicore/protocol';
import { z } from 'zod';
import { userHash } from './job-name.ts';

const DEPLOYMENT = 'unicore-deployment';
const SESSION = 'unicore-session';
const ATTEMPT = 'unicore-attempt';
const USER = 'unicore-user';

/** What Cloud Run accepts as the value of a label. */
const VALUE = /^[a-z0-9_-]{1,63}$/;

export type Labels = Readonly<Record<string, string>>;

/** One attempt to run one session. */
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

/** Returns the owner that the labels name. Returns undefined if another deployment, or no hub, made them. */
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
