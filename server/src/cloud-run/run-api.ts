/**
 * The calls of Google's API that the launcher needs. There are two implementations: Google's client, and in
 * tests the fake without sockets, on simulated time.
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
   * Makes one call and repeats nothing. Request and answer are messages of google.cloud.run.v2; the answer to
   * CreateJob, DeleteJob and CancelExecution means only that the work was accepted. Rejects with an error
   * that has a gRPC status as its `code`.
   */
  call(method: RunMethod, request: object, timeoutMs: number): Promise<unknown>;
  close(): Promise<void>;
}
