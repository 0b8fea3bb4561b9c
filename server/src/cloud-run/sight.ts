/** The state of a desktop as Cloud Run shows it, and the reason in words for people. */
import type { ErrorCode } from '@unicore/protocol';
import type { Condition, Execution, Job } from './messages.ts';

export interface Sight {
  /**
   * `gone` is proven: Cloud Run has no job of this attempt any more, and none of its executions can still run.
   * `ended`: the desktop costs nothing any more, but its job still exists.
   */
  readonly state: 'starting' | 'running' | 'ended' | 'gone';
  /** Why the desktop ended. OK means that it ended by itself or was cancelled. */
  readonly code?: ErrorCode;
  readonly reason?: string;
  /** Times by Google's clock, ms since 1970. */
  readonly startedAt?: number;
  readonly endedAt?: number;
}

const TERMINAL = new Set(['CONDITION_FAILED', 'CONDITION_SUCCEEDED']);
const COMPLETED = new Set(['EXECUTION_SUCCEEDED', 'EXECUTION_FAILED', 'EXECUTION_CANCELLED']);

/**
 * Returns true if no task of the execution runs or will run. In doubt it returns false, because a running task
 * costs money.
 */
export function isOver({ runningCount, completionTime, conditions }: Execution): boolean {
  if (runningCount > 0) return false;
  return completionTime !== undefined || TERMINAL.has(completedIn(conditions)?.state ?? '');
}

/** Returns the state of a desktop from its job and its execution, as far as Cloud Run shows them. */
export function sightOf(job: Job | undefined, execution: Execution | undefined): Sight {
  if (execution) return executionSight(execution);
  if (!job) return { state: 'gone' };
  const { latestCreatedExecution: latest, terminalCondition: condition } = job;
  if (COMPLETED.has(latest?.completionStatus ?? ''))
    return {
      state: 'ended',
      ...outcome(condition, latest?.completionStatus === 'EXECUTION_SUCCEEDED', true),
      ...(latest?.completionTime !== undefined && { endedAt: latest.completionTime }),
    };
  if (condition?.state === 'CONDITION_FAILED') return { state: 'ended', ...outcome(condition, false, false) };
  return { state: 'starting', ...reasonIn(condition) };
}

function executionSight(execution: Execution): Sight {
  const { startTime, completionTime, runningCount, conditions } = execution;
  const times = {
    ...(startTime !== undefined && { startedAt: startTime }),
    ...(completionTime !== undefined && { endedAt: completionTime }),
  };
  const completed = completedIn(conditions);
  if (isOver(execution)) {
    const succeeded = completed?.state === 'CONDITION_SUCCEEDED';
    return { state: 'ended', ...outcome(completed, succeeded, startTime !== undefined), ...times };
  }
  if (runningCount > 0) return { state: 'running', ...times };
  // A condition that has failed or still waits says more than `Completed`, for example that a quota is used up.
  const waits = conditions.find(({ state, message }) => message && state !== 'CONDITION_SUCCEEDED');
  return { state: 'starting', ...reasonIn(waits), ...times };
}

function completedIn(conditions: readonly Condition[]): Condition | undefined {
  return conditions.find(({ type }) => type === 'Completed');
}

function reasonIn(condition: Condition | null | undefined): { reason?: string } {
  return condition?.message ? { reason: `Cloud Run says: ${condition.message}` } : {};
}

function outcome(
  condition: Condition | null | undefined,
  succeeded: boolean,
  started: boolean,
): { code: ErrorCode; reason: string } {
  const said = condition?.message ? ` Cloud Run says: ${condition.message}` : '';
  if (succeeded) return { code: 'OK', reason: "The desktop's container ended by itself." };
  if (condition?.executionReason === 'CANCELLED' || condition?.executionReason === 'DELETED')
    return { code: 'OK', reason: 'The desktop was cancelled.' };
  switch (condition?.reason) {
    case 'CONTAINER_MISSING':
      return {
        code: 'IMAGE_MISSING',
        reason: `The desktop's image was not found. Push it with npm run deploy, or name another by UNICORE_DESKTOP_IMAGE.${said}`,
      };
    case 'CONTAINER_PERMISSION_DENIED':
    case 'CONTAINER_IMAGE_UNAUTHORIZED':
      return {
        code: 'LAUNCH_FAILED',
        reason: `Cloud Run may not read the desktop's image. Give its service agent the role roles/artifactregistry.reader on the image's repository.${said}`,
      };
  }
  return started
    ? { code: 'CONTAINER_LOST', reason: `The desktop's container ended by an error.${said}` }
    : { code: 'LAUNCH_FAILED', reason: `Cloud Run could not start the desktop. Try again.${said}` };
}
