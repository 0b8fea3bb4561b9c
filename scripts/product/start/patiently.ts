/** Retries calls to the hub's store, which may answer slowly while several processes start. */
import { UniCoreError } from '@unicore/protocol';

/** Maximum number of attempts for one call to the store. Each attempt ends within 6 s. */
const STORE_TRIES = 5;

/** Repeats the call if the store did not answer in time. A repeated call must be harmless. */
export async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof UniCoreError && error.code === 'TIMEOUT') || tries === STORE_TRIES) throw error;
    }
  }
}
