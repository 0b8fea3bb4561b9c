/**
 * Calls Cloud Run's API with time limits and retries of its own. Google's client would wait 10 minutes for an
 * answer, and it retries none of these calls.
 */
import { Backoff, type Clock, UniCoreError } from '@unicore/protocol';
import type { z } from 'zod';
import { causeOf, DEADLINE_EXCEEDED, explained, mayRepeat, NOT_FOUND, statusOf } from './errors.ts';
import { Execution, ExecutionPage, Job, JobPage } from './messages.ts';
import { locationOf, type Place } from './place.ts';
import type { RunApi, RunMethod } from './run-api.ts';

const CALL_MS = 10_000;
const PATIENCE_MS = 25_000;
/** Google's client gets this much longer than the time limit before the call is given up, ms. */
const GRACE_MS = 1_000;
const FIRST_PAUSE_MS = 250;
const MOST_PAUSE_MS = 4_000;
const PAGE_SIZE = 100;
/**
 * Maximum number of pages of one list. It stops a list that repeats its pages. Cloud Run keeps some thousands of
 * executions in a region.
 */
const MOST_PAGES = 200;

export interface CallsDeps {
  api: RunApi;
  clock: Clock;
  /** Returns a random number, uniform in [0, 1). */
  random: () => number;
  /** Time limit of one call, ms. Default: 10 s. */
  callMs?: number | undefined;
  /** After this time a failed call is not repeated, ms. Default: 25 s. */
  patienceMs?: number | undefined;
}

export class Calls {
  readonly #deps: CallsDeps;

  constructor(deps: CallsDeps) {
    this.#deps = deps;
  }

  async createJob(place: Place, jobId: string, job: object): Promise<void> {
    await this.#call(place, 'CreateJob', { parent: locationOf(place), jobId, job });
  }

  async job(place: Place, jobName: string): Promise<Job | undefined> {
    return this.#find(place, 'GetJob', Job, jobPath(place, jobName));
  }

  async execution(place: Place, jobName: string, execution: string): Promise<Execution | undefined> {
    const name = `${jobPath(place, jobName)}/executions/${execution}`;
    return this.#find(place, 'GetExecution', Execution, name);
  }

  /** Returns false if the execution does not exist. */
  async cancelExecution(place: Place, jobName: string, execution: string): Promise<boolean> {
    const name = `${jobPath(place, jobName)}/executions/${execution}`;
    return this.#exists(place, 'CancelExecution', { name });
  }

  /**
   * Deletes a job. Returns false if it does not exist. Cloud Run refuses if the job's etag is different, because
   * then the job has changed.
   */
  async deleteJob(place: Place, jobName: string, etag: string | undefined): Promise<boolean> {
    return this.#exists(place, 'DeleteJob', { name: jobPath(place, jobName), ...(etag && { etag }) });
  }

  /** Reads all jobs of a place, also those of other deployments. */
  jobs(place: Place): Promise<Job[]> {
    return this.#pages(place, 'ListJobs', JobPage, locationOf(place));
  }

  /** Reads the executions of all jobs of a place. */
  executions(place: Place): Promise<Execution[]> {
    return this.#pages(place, 'ListExecutions', ExecutionPage, jobPath(place, '-'));
  }

  /** Reads the executions of one job. A job that does not exist has none. */
  async executionsOf(place: Place, jobName: string): Promise<Execution[]> {
    try {
      return await this.#pages(place, 'ListExecutions', ExecutionPage, jobPath(place, jobName));
    } catch (error) {
      if (statusOf(causeOf(error)) === NOT_FOUND) return [];
      throw error;
    }
  }

  async #pages<T>(
    place: Place,
    method: RunMethod,
    page: z.ZodType<{ items: T[]; nextPageToken: string | undefined }>,
    parent: string,
  ): Promise<T[]> {
    const all: T[] = [];
    let pageToken: string | undefined;
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const request = { parent, pageSize: PAGE_SIZE, ...(pageToken !== undefined && { pageToken }) };
      const { items, nextPageToken } = page.parse(await this.#call(place, method, request));
      all.push(...items);
      if (nextPageToken === undefined) return all;
      pageToken = nextPageToken;
    }
    throw new UniCoreError('INTERNAL', `${method} of ${parent} has more than ${MOST_PAGES} pages.`);
  }

  async #find<T>(
    place: Place,
    method: RunMethod,
    message: z.ZodType<T>,
    name: string,
  ): Promise<T | undefined> {
    try {
      return message.parse(await this.#call(place, method, { name }));
    } catch (error) {
      if (statusOf(causeOf(error)) === NOT_FOUND) return undefined;
      throw error;
    }
  }

  async #exists(place: Place, method: RunMethod, request: object): Promise<boolean> {
    try {
      await this.#call(place, method, request);
      return true;
    } catch (error) {
      if (statusOf(causeOf(error)) === NOT_FOUND) return false;
      throw error;
    }
  }

  /**
   * Makes the call until its result is known or the time is over. Google's own error is the `cause` of the thrown
   * error.
   */
  async #call(place: Place, method: RunMethod, request: object): Promise<unknown> {
    const { clock, random, patienceMs = PATIENCE_MS } = this.#deps;
    const deadline = clock.now() + patienceMs;
    const backoff = new Backoff({ first: FIRST_PAUSE_MS, most: MOST_PAUSE_MS, random });
    for (;;) {
      try {
        return await this.#once(method, request);
      } catch (error) {
        const pause = backoff.next();
        if (!mayRepeat(error, method) || clock.now() + pause >= deadline)
          throw explained(error, method, place);
        await new Promise<void>((done) => clock.after(pause, done));
      }
    }
  }

  /**
   * Makes the call once. The time limit also covers what Google's client does before the call, such as getting an
   * access token.
   */
  #once(method: RunMethod, request: object): Promise<unknown> {
    const { api, clock, callMs = CALL_MS } = this.#deps;
    return new Promise((resolve, reject) => {
      const hangs = () => reject(Object.assign(new Error(`${method} hangs`), { code: DEADLINE_EXCEEDED }));
      const stop = clock.after(callMs + GRACE_MS, hangs);
      api.call(method, request, callMs).then(resolve, reject).finally(stop);
    });
  }
}

function jobPath(place: Place, jobName: string): string {
  return `${locationOf(place)}/jobs/${jobName}`;
}
