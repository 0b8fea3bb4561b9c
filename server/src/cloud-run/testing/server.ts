/** Serves the fake of Cloud Run over gRPC. Uses the definitions in Google's own package. */
import { createRequire } from 'node:module';
import type { protos } from '@google-cloud/run';
import {
  type handleUnaryCall,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { type Clock, systemClock } from '@unicore/protocol';
import type { RunContainer } from './container.ts';
import { FakeCloudRun } from './fake-cloud-run.ts';
import type { Faults, Method } from './faults.ts';
import type { Ledger } from './ledger.ts';
import type { Operation } from './operations.ts';
import { Refusal } from './refusal.ts';

const load = createRequire(import.meta.url);

export interface CloudRunFake {
  /** The address as HOST:PORT. */
  readonly address: string;
  readonly fake: FakeCloudRun;
  readonly faults: Faults;
  readonly ledger: Ledger;
  /** Kills all containers, and closes the server. */
  close(): Promise<void>;
}

export interface ServerOptions {
  run: RunContainer;
  clock?: Clock;
  /** The port to listen on. With 0 the system chooses a free port. */
  port?: number;
  host?: string;
}

export async function startCloudRunFake(options: ServerOptions): Promise<CloudRunFake> {
  const { run, clock = systemClock, port = 0, host = '127.0.0.1' } = options;
  const fake = new FakeCloudRun({ run, clock, epoch: Date.now() - clock.now() });
  const server = new Server();
  const { jobs, executions, operations } = definitions();
  const handlers = (...methods: Method[]) => handlersOf(fake, methods);
  server.addService(jobs, handlers('CreateJob', 'GetJob', 'ListJobs', 'DeleteJob'));
  server.addService(executions, handlers('GetExecution', 'ListExecutions', 'CancelExecution'));
  server.addService(operations, handlers('GetOperation', 'WaitOperation'));
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, got) =>
      error ? reject(error) : resolve(got),
    );
  });
  return {
    address: `${host}:${bound}`,
    fake,
    faults: fake.faults,
    ledger: fake.ledger,
    async close() {
      server.forceShutdown();
      fake.killAll();
    },
  };
}

function definitions() {
  const json = load('@google-cloud/run/build/protos/protos.json');
  const loaded = loadPackageDefinition(fromJSON(json, { longs: String, enums: String, oneofs: false }));
  const google = loaded.google as unknown as {
    cloud: { run: { v2: { Jobs: ServiceClientConstructor; Executions: ServiceClientConstructor } } };
    longrunning: { Operations: ServiceClientConstructor };
  };
  return {
    jobs: google.cloud.run.v2.Jobs.service,
    executions: google.cloud.run.v2.Executions.service,
    operations: google.longrunning.Operations.service,
  };
}

function handlersOf(fake: FakeCloudRun, methods: readonly Method[]): UntypedServiceImplementation {
  const handle =
    (method: Method): handleUnaryCall<unknown, object> =>
    ({ request }, callback) => {
      fake.call(method, request).then(
        (answer) => callback(null, isOperation(answer) ? packed(answer) : answer),
        (error: unknown) => callback(statusOf(error)),
      );
    };
  return Object.fromEntries(methods.map((method) => [method, handle(method)]));
}

function isOperation(answer: object): answer is Operation {
  return 'done' in answer;
}

/** Over gRPC, the result of an operation is sent as bytes with the name of their type. */
function packed({ name, done, job, execution, error }: Operation): object {
  const run: typeof protos.google.cloud.run.v2 = load('@google-cloud/run').protos.google.cloud.run.v2;
  const any = job
    ? anyOf('Job', run.Job.encode(run.Job.fromObject(job)).finish())
    : execution && anyOf('Execution', run.Execution.encode(run.Execution.fromObject(execution)).finish());
  return { name, done, metadata: any, ...(error && { error }), ...(done && !error && { response: any }) };
}

function anyOf(type: string, value: Uint8Array): object {
  return { type_url: `type.googleapis.com/google.cloud.run.v2.${type}`, value };
}

function statusOf(error: unknown): { code: status; details: string } {
  if (error instanceof Refusal) return { code: error.code, details: error.details };
  return { code: status.INTERNAL, details: String((error as Error).stack ?? error) };
}
