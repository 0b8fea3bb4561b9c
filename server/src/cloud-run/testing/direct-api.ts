/** Google's API without sockets. It calls the fake directly, in simulated time, so that hours pass in a moment. */
import { status } from '@grpc/grpc-js';
import type { Clock } from '@unicore/protocol';
import type { RunApi } from '../run-api.ts';
import type { FakeCloudRun } from './fake-cloud-run.ts';
import { Refusal } from './refusal.ts';

export interface DirectOptions {
  clock: Clock;
  /** Returns the time that a message takes in one direction, ms. */
  delay: () => number;
}

export function directApi(fake: FakeCloudRun, { clock, delay }: DirectOptions): RunApi {
  const pause = () => new Promise<void>((done) => clock.after(delay(), done));
  const roundTrip = async (...[method, request]: Parameters<FakeCloudRun['call']>) => {
    await pause();
    try {
      return structuredClone(await fake.call(method, structuredClone(request)));
    } finally {
      await pause();
    }
  };
  return {
    call: (method, request, timeoutMs) =>
      new Promise((resolve, reject) => {
        const late = () => reject(new Refusal(status.DEADLINE_EXCEEDED, 'Deadline exceeded'));
        const stop = clock.after(timeoutMs, late);
        roundTrip(method, request).then(resolve, reject).finally(stop);
      }),
    close: async () => {},
  };
}
