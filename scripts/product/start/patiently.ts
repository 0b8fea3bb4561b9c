/** Calls of a command to the hub's store, which may be slow while several processes start on the same machine. */
import { UniCoreError } from '@unicore/protocol';

/** Tries of a call to the store, each of which ends within 6 s. */
const STORE_TRIES = 5;

/** Calls again where the store did not answer in time. The call must be harmless when it is repeated. */
export async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof UniCoreError && error.code === 'TIMEOUT') || tries === STORE_TRIES) throw error;
    }
  }
}
