/**
 * The calls of Google's API that UniCore uses. There are two implementations: Google's client, and a fake for tests
 * in simulated time.
 */

export type RunMethod =
  | 'CreateJob'
  | 'GetJob'
  | 'ListJobs'
  | 'DeleteJob'
  | 'GetExecution'
  | 'ListExecutions'
  | 'CancelExecution';

export interface RunApi {
  /**
   * Makes one call and does not repeat it. Request and answer are messages of google.cloud.run.v2. The answer to
   * CreateJob, DeleteJob and CancelExecution only means that Google has accepted the request. Rejects with an error
   * whose `code` is a gRPC status.
   */
  call(method: RunMethod, request: object, timeoutMs: number): Promise<unknown>;
  close(): Promise<void>;
}
