/**
 * A fake of Cloud Run Jobs without sockets. Its clock is handed in. It keeps jobs and executions as Cloud Run does,
 * runs each execution with a given function, and misbehaves as its faults say.
 */
import { status } from '@grpc/grpc-js';
import type { Clock } from '@unicore/protocol';
import type { RunContainer } from './container.ts';
import { FakeExecution, timestamp } from './fake-execution.ts';
import { Faults, type Method } from './faults.ts';
import { Ledger } from './ledger.ts';
import { Operations } from './operations.ts';
import { page } from './page.ts';
import { Refusal } from './refusal.ts';
import { CreateJob, type JobTemplate, List, Named, parse, Wait } from './requests.ts';
import { Versions } from './versions.ts';

/** Maximum number of jobs in a project and region. */
const MOST_JOBS = 1_000;
/** The name of a job and its execution token together must be shorter than this. */
const NAME_LIMIT = 63;

export interface FakeOptions {
  clock: Clock;
  run: RunContainer;
  /** The wall clock when the fake's clock is 0, ms since 1970. */
  epoch?: number;
  mostJobs?: number;
}

interface FakeJob {
  readonly name: string;
  readonly template: JobTemplate;
  readonly createdAt: number;
  version: number;
  executionCount: number;
  latest: FakeExecution | undefined;
  deletedAt: number | undefined;
}

export class FakeCloudRun {
  readonly ledger = new Ledger();
  readonly faults: Faults;
  readonly #options: FakeOptions;
  readonly #jobs = new Map<string, FakeJob>();
  readonly #executions = new Map<string, FakeExecution>();
  readonly #jobVersions = new Versions<ReturnType<FakeCloudRun['jobMessage']>>();
  readonly #executionVersions = new Versions<ReturnType<FakeExecution['message']>>();
  readonly #operations = new Operations();
  /** Counter for the ids of jobs. A job that is created again under the same name gets a new id. */
  #uids = 0;

  constructor(options: FakeOptions) {
    this.#options = options;
    this.faults = new Faults(options.clock);
  }

  /** Returns the fake's wall clock, ms since 1970. */
  now(): number {
    const { clock, epoch = 0 } = this.#options;
    return epoch + clock.now();
  }

  /** The executions that the API shows, by their full names. */
  get executions(): ReadonlyMap<string, FakeExecution> {
    return this.#executions;
  }

  /** The full names of all jobs. */
  get jobs(): string[] {
    return [...this.#jobs.keys()];
  }

  /** Answers one call with a message of google.cloud.run.v2, or rejects with a Refusal. */
  async call(method: Method, request: unknown): Promise<object> {
    let answer: object = {};
    await this.faults.around(method, () => {
      answer = this.#answer[method](request);
    });
    return answer;
  }

  /** Kills all containers. For the end of a test. */
  killAll(): void {
    for (const execution of this.#executions.values()) execution.cancel('kill');
  }

  readonly #answer: Record<Method, (request: unknown) => object> = {
    CreateJob: (request) => this.#createJob(parse(CreateJob, 'CreateJob', request)),
    GetJob: (request) => this.jobMessage(this.#job(parse(Named, 'GetJob', request).name)),
    ListJobs: (request) => {
      const { parent, ...asked } = parse(List, 'ListJobs', request);
      const all = this.#listed(this.#jobVersions).filter(({ name }) => name.startsWith(`${parent}/jobs/`));
      const { items, nextPageToken } = page(all, asked);
      return { jobs: items, nextPageToken };
    },
    DeleteJob: (request) => this.#deleteJob(parse(Named, 'DeleteJob', request)),
    GetExecution: (request) => this.#execution(parse(Named, 'GetExecution', request).name).message(),
    ListExecutions: (request) => {
      const { parent, ...asked } = parse(List, 'ListExecutions', request);
      const below = `${parent.replace(/\/jobs\/-$/, '/jobs')}/`;
      const seen = this.#listed(this.#executionVersions).filter(
        ({ name }) => name.startsWith(below) && !this.#isForgotten(name),
      );
      const { items, nextPageToken } = page(seen, asked);
      return { executions: items, nextPageToken };
    },
    CancelExecution: (request) => {
      const execution = this.#execution(parse(Named, 'CancelExecution', request).name);
      if (!execution.isLive) throw new Refusal(status.FAILED_PRECONDITION, 'The execution is already over.');
      execution.cancel(this.faults.takeCancel());
      return this.#operations.add(execution.name, () => ({
        done: !execution.isLive,
        execution: execution.message(),
      }));
    },
    GetOperation: (request) => this.#operations.get(parse(Named, 'GetOperation', request).name),
    WaitOperation: (request) => this.#operations.get(parse(Wait, 'WaitOperation', request).name),
  };

  #createJob({ parent, jobId, job: template }: ReturnType<typeof CreateJob.parse>): object {
    const name = `${parent}/jobs/${jobId}`;
    if (jobId.length + template.startExecutionToken.length >= NAME_LIMIT)
      throw new Refusal(status.INVALID_ARGUMENT, 'Job name and token must be fewer than 63 characters.');
    if (this.#jobs.has(name)) throw new Refusal(status.ALREADY_EXISTS, `Resource '${jobId}' already exists.`);
    const here = this.jobs.filter((other) => other.startsWith(`${parent}/jobs/`));
    if (here.length >= (this.#options.mostJobs ?? MOST_JOBS))
      throw new Refusal(status.RESOURCE_EXHAUSTED, 'Quota exceeded for the number of jobs in this region.');
    const job: FakeJob = {
      name,
      template,
      createdAt: this.now(),
      version: ++this.#uids,
      executionCount: 0,
      latest: undefined,
      deletedAt: undefined,
    };
    this.#jobs.set(name, job);
    const fault = this.faults.takeStart();
    const create = () => {
      const isThere = this.#jobs.get(name) === job && job.deletedAt === undefined;
      // A job that is deleted before its execution was created may still start it. Cloud Run does not exclude that.
      if (isThere || this.faults.deleteWhileLive === 'vanish') this.#createExecution(job, jobId, fault);
    };
    if (fault.createMs) this.#options.clock.after(fault.createMs, create);
    else create();
    this.#changed(job);
    return this.#operations.add(name, () => ({
      done: job.latest !== undefined && job.latest.status !== 'EXECUTION_PENDING',
      job: this.jobMessage(job),
    }));
  }

  #createExecution(job: FakeJob, jobId: string, fault: ReturnType<Faults['takeStart']>): void {
    const name = `${job.name}/executions/${jobId}-${job.template.startExecutionToken}`;
    if (this.#executions.has(name)) return;
    const { clock, run } = this.#options;
    const changed = () => {
      if (this.#executions.get(name) === execution)
        this.#executionVersions.note(name, this.now(), execution.message());
      if (this.#jobs.get(job.name) === job) this.#changed(job);
    };
    const execution = new FakeExecution(
      { clock, now: () => this.now(), ledger: this.ledger, run, changed },
      { name, job: jobId, jobCreatedAt: job.createdAt, template: job.template.template, fault },
    );
    this.#executions.set(name, execution);
    job.executionCount += 1;
    job.latest = execution;
    changed();
  }

  #deleteJob({ name, etag }: ReturnType<typeof Named.parse>): object {
    const job = this.#job(name);
    if (etag !== undefined && etag !== etagOf(job))
      throw new Refusal(status.ABORTED, 'The etag does not match: the job has changed.');
    const own = [...this.#executions.values()].filter((one) => one.name.startsWith(`${name}/executions/`));
    const { deleteWhileLive, deletionMs } = this.faults;
    const live = own.filter((execution) => execution.isLive);
    if (live.length > 0) this.faults.deletions.push(deleteWhileLive);
    if (live.length > 0 && deleteWhileLive === 'refuse')
      throw new Refusal(status.FAILED_PRECONDITION, 'The job has a running execution. Cancel it first.');
    if (live.length > 0 && deleteWhileLive === 'fail')
      return this.#operations.add(name, () => ({
        done: true,
        error: { code: status.INTERNAL, message: 'Failed' },
      }));
    for (const execution of own) {
      execution.cancel();
      this.#executions.delete(execution.name);
      this.#executionVersions.note(execution.name, this.now(), undefined);
    }
    const remove = () => {
      // A new job may have this name by now.
      if (this.#jobs.get(name) !== job) return;
      this.#jobs.delete(name);
      this.#jobVersions.note(name, this.now(), undefined);
    };
    job.deletedAt = this.now();
    if (deletionMs > 0) {
      this.#changed(job);
      this.#options.clock.after(deletionMs, remove);
    } else remove();
    return this.#operations.add(name, () => ({
      done: this.#jobs.get(name) !== job,
      job: this.jobMessage(job),
    }));
  }

  #job(name: string): FakeJob {
    const job = this.#jobs.get(name);
    if (!job) throw new Refusal(status.NOT_FOUND, `Resource '${name}' was not found.`);
    return job;
  }

  #execution(name: string): FakeExecution {
    const execution = this.#isForgotten(name) ? undefined : this.#executions.get(name);
    if (!execution) throw new Refusal(status.NOT_FOUND, `Resource '${name}' was not found.`);
    return execution;
  }

  #isForgotten(name: string): boolean {
    const endedAt = this.#executions.get(name)?.endedAt;
    return endedAt !== undefined && endedAt < this.now() - this.faults.keepMs;
  }

  #listed<T>(versions: Versions<T>): T[] {
    return versions.asOf(this.now() - this.faults.lagMs);
  }

  #changed(job: FakeJob): void {
    job.version = ++this.#uids;
    this.#jobVersions.note(job.name, this.now(), this.jobMessage(job));
  }

  jobMessage(job: FakeJob) {
    const { name, template, createdAt, latest, deletedAt, executionCount } = job;
    const failed = latest?.status === 'EXECUTION_FAILED';
    return {
      name,
      labels: template.labels,
      launchStage: 'GA',
      createTime: timestamp(createdAt),
      ...(deletedAt !== undefined && { deleteTime: timestamp(deletedAt) }),
      etag: etagOf(job),
      executionCount,
      reconciling: latest === undefined,
      terminalCondition: {
        type: 'Ready',
        state: latest ? (failed ? 'CONDITION_FAILED' : 'CONDITION_SUCCEEDED') : 'CONDITION_RECONCILING',
      },
      ...(latest && {
        latestCreatedExecution: {
          name: latest.name.slice(latest.name.lastIndexOf('/') + 1),
          createTime: timestamp(latest.createdAt),
          ...(latest.endedAt !== undefined && { completionTime: timestamp(latest.endedAt) }),
          completionStatus: latest.status,
        },
      }),
    };
  }
}

function etagOf({ version }: FakeJob): string {
  return `"${version}"`;
}
