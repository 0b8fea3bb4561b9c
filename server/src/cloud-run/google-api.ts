/**
 * Google's client library for Cloud Run. It needs 40 MB of memory, so it is loaded only if desktops run on Cloud
 * Run.
 */
import { createRequire } from 'node:module';
import type { RunApi, RunMethod } from './run-api.ts';

const load = createRequire(import.meta.url);

/**
 * gRPC channel options. By default gRPC waits up to two minutes between connection attempts, and it detects a
 * silently broken connection only after 15 minutes.
 */
const CHANNEL = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 5_000,
};

type Call = (request: object, options: object) => PromiseLike<readonly unknown[]>;

interface Connection {
  calls: Record<RunMethod, Call>;
  close(): Promise<unknown>;
}

/** Opens Google's API. `endpoint` is the HOST:PORT of a fake server for tests, which needs no credentials. */
export function openGoogleApi(endpoint?: string): RunApi {
  let connection: Promise<Connection> | undefined;
  const connected = () => {
    connection ??= connect(endpoint).catch((error: unknown) => {
      connection = undefined;
      throw error;
    });
    return connection;
  };
  return {
    async call(method, request, timeoutMs) {
      const { calls } = await connected();
      // Without `autoPaginate: false` the library would read all pages within the time limit of one call.
      const answers = await calls[method](request, { timeout: timeoutMs, autoPaginate: false });
      // The third element of a list's answer is the page as it was received, with the token of the next page.
      return method.startsWith('List') ? answers[2] : answers[0];
    },
    async close() {
      await (await connection?.catch(() => undefined))?.close();
    },
  };
}

async function connect(endpoint: string | undefined): Promise<Connection> {
  const { JobsClient, ExecutionsClient }: typeof import('@google-cloud/run') = load('@google-cloud/run');
  const options = { ...CHANNEL, ...(endpoint !== undefined && optionsOf(endpoint)) };
  const jobs = new JobsClient(options);
  const executions = new ExecutionsClient(options);
  // Initialises the clients before the first call. Otherwise each call would do so, and missing credentials
  // would cause an unhandled rejection that ends the process.
  await Promise.all([jobs.initialize(), executions.initialize()]);
  return {
    calls: {
      CreateJob: (request, options) => jobs.createJob(request, options),
      GetJob: (request, options) => jobs.getJob(request, options),
      ListJobs: (request, options) => jobs.listJobs(request, options),
      DeleteJob: (request, options) => jobs.deleteJob(request, options),
      GetExecution: (request, options) => executions.getExecution(request, options),
      ListExecutions: (request, options) => executions.listExecutions(request, options),
      CancelExecution: (request, options) => executions.cancelExecution(request, options),
    },
    close: () => Promise.all([jobs.close(), executions.close()]),
  };
}

/** Returns the options for a fake server. Without them, Google's library would search the machine for credentials. */
function optionsOf(endpoint: string) {
  const { credentials }: typeof import('@grpc/grpc-js') = load('@grpc/grpc-js');
  const { hostname, port } = new URL(`http://${endpoint}`);
  return {
    apiEndpoint: hostname,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    universeDomain: 'googleapis.com',
  };
}
