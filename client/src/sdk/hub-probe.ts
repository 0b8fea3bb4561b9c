/** Measures the round trip to the deployment's hubs, and says which hubs may be used. */
import { roundTrip } from '@unicore/protocol';

/** Timeout of a measurement, ms. A slower hub is not the nearest one. */
const ANSWER_MS = 3_000;

/** The round trip to a hub, ms. Rejects if the hub does not answer. */
export function probe(hub: string): Promise<number> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const request = async () => {
    const { ok } = await fetch(`${hub}/ping`, { signal, cache: 'no-store', credentials: 'omit' });
    if (!ok) throw new Error(`${hub} does not answer`);
  };
  return roundTrip(request, () => performance.now());
}

/** Whether a client may move to this hub: not from an encrypted connection to an unencrypted one, nor the reverse. */
export function mayBeSentTo(home: URL, url: string): boolean {
  return new URL(url).protocol === home.protocol;
}

/** True while the page is in a hidden tab. In Node it is always false. */
export function isHidden(): boolean {
  return typeof document !== 'undefined' && document.visibilityState === 'hidden';
}
