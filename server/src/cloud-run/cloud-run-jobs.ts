/**
 * Desktops on Cloud Run. Each attempt to run a session is a job with one execution. Every call can be repeated at
 * any time, by any hub, without harm.
 */
import { UniCoreError } from '@unicore/protocol';
import { Calls, type CallsDeps } from './calls.ts';
import { ALREADY_EXISTS, causeOf, isNotYet, statusOf } from './errors.ts';
import { type JobSettings, jobMessage, type LaunchSpec } from './job-message.ts';
import { jobNameOf, tokenOf } from './job-name.ts';
import type { JobRef, ListedJob } from './job-ref.ts';
import { isSameOwner, ownerIn } from './labels.ts';
import { type Execution, type Job, lastPart } from './messages.ts';
import { ownJobs } from './own-jobs.ts';
import type { Place } from './place.ts';
import { isOver, type Sight, sightOf } from './sight.ts';

/**
 * Cloud Run creates a job's execution shortly after the job. A job without an execution is deleted only after this
 * time, ms.
 */
const CREATION_MS = 120_000;
const CONFLICT_RETRY_MS = 5_000;

export interface CloudRunDeps extends JobSettings, CallsDeps {
  /** Returns the wall clock, ms since 1970. */
  now: () => number;
}

export class CloudRunJobs {
  readonly #deps: CloudRunDeps;
  readonly #calls: Calls;

  constructor(deps: CloudRunDeps) {
    this.#deps = deps;
    this.#calls = new Calls(deps);
  }

  /**
   * Creates the job, which starts its one execution. If the job exists and belongs to the same session and attempt,
   * it is used: then the reply to an earlier call was lost. Throws TIMEOUT if it is unknown whether the job was
   * created. Then the caller repeats the call, or ends the attempt.
   */
  async launch(spec: LaunchSpec): Promise<{ jobName: string }> {
    const jobName = jobNameOf(spec);
    try {
      await this.#calls.createJob(spec.place, jobName, jobMessage(spec, this.#deps));
    } catch (error) {
      if (statusOf(causeOf(error)) !== ALREADY_EXISTS) throw error;
      const job = await this.#job({ ...spec, jobName });
      if (!job || job.deleteTime !== undefined)
        throw new UniCoreError(
          'CONFLICT',
          `The job ${jobName} belongs to another attempt, or is being deleted. End that attempt first, then try again.`,
          { cause: error, retryAfterMs: CONFLICT_RETRY_MS },
        );
    }
    return { jobName };
  }

  async look(ref: JobRef): Promise<Sight> {
    const job = await this.#job(ref);
    const execution = await this.#execution(ref, `${ref.jobName}-${tokenOf(ref.attempt)}`);
    // An execution without a job counts only while it may still run.
    if (!job && execution && isOver(execution)) return { state: 'gone' };
    return sightOf(job, execution);
  }

  /**
   * Takes the next step of ending an attempt: cancels executions that may run, and deletes the job if none may.
   * Call this again until it returns `gone`, which means that the end is proven. (Cloud Run may accept a
   * cancellation and not carry it out.)
   */
  async end(ref: JobRef): Promise<'ending' | 'gone'> {
    const { place, jobName } = ref;
    const job = await this.#job(ref);
    const executions = await this.#executions(ref, job);
    const live = executions.filter((execution) => !isOver(execution));
    if (live.length > 0) {
      await Promise.all(live.map(({ name }) => this.#cancel(ref, lastPart(name))));
      return 'ending';
    }
    if (!job) return 'gone';
    // Cloud Run may still create the execution of a new job. If the job were deleted now, the execution could run
    // without being found.
    const age = this.#deps.now() - (job.createTime ?? 0);
    if (job.reconciling && executions.length === 0 && age < CREATION_MS) return 'ending';
    try {
      await this.#calls.deleteJob(place, jobName, job.etag);
    } catch (error) {
      if (isNotYet(causeOf(error))) return 'ending';
      throw error;
    }
    const { state } = await this.look(ref);
    return state === 'gone' ? 'gone' : 'ending';
  }

  /**
   * Returns all attempts of this deployment that have a job, or an execution that may run, in this place. Google's
   * lists can be some seconds old and cannot be filtered.
   */
  async list(place: Place): Promise<ListedJob[]> {
    const jobs = await this.#calls.jobs(place);
    const executions = await this.#calls.executions(place);
    return ownJobs(this.#deps.deployment, place, jobs, executions);
  }

  close(): Promise<void> {
    return this.#deps.api.close();
  }

  /** Returns the job if it belongs to this attempt. */
  async #job(ref: JobRef): Promise<Job | undefined> {
    const job = await this.#calls.job(ref.place, ref.jobName);
    return job && this.#isOf(ref, job) ? job : undefined;
  }

  async #execution(ref: JobRef, name: string): Promise<Execution | undefined> {
    const execution = await this.#calls.execution(ref.place, ref.jobName, name);
    return execution && this.#isOf(ref, execution) ? execution : undefined;
  }

  /**
   * Returns the attempt's executions. A list may lack new executions, so those with known names are read one by
   * one. The list adds executions that an operator has started by hand.
   */
  async #executions(ref: JobRef, job: Job | undefined): Promise<Execution[]> {
    const listed = await this.#calls.executionsOf(ref.place, ref.jobName);
    const names = new Set([`${ref.jobName}-${tokenOf(ref.attempt)}`]);
    if (job?.latestCreatedExecution?.name) names.add(lastPart(job.latestCreatedExecution.name));
    for (const execution of listed) if (this.#isOf(ref, execution)) names.add(lastPart(execution.name));
    const found = await Promise.all([...names].map((name) => this.#execution(ref, name)));
    return found.filter((execution) => execution !== undefined);
  }

  /** Cancels an execution. Does nothing if it has ended already. */
  async #cancel({ place, jobName }: JobRef, execution: string): Promise<void> {
    try {
      await this.#calls.cancelExecution(place, jobName, execution);
    } catch (error) {
      if (!isNotYet(causeOf(error))) throw error;
    }
  }

  #isOf(ref: JobRef, { labels }: Job | Execution): boolean {
    return isSameOwner(ownerIn(this.#deps.deployment, labels), ref);
  }
}
