/** Measures the round trip to the hubs of a deployment, and decides which of the hubs a client may use. */
import { roundTrip } from '@unicore/protocol';

/** Timeout of a measurement, ms. A hub that takes longer is not the nearest hub. */
const ANSWER_MS = 3_000;

/** Resolves with the round trip to a hub, ms. Rejects if the hub does not answer. */
export function probe(hub: string): Promise<number> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const request = async () => {
    const { ok } = await fetch(`${hub}/ping`, { signal, cache: 'no-store', credentials: 'omit' });
    if (!ok) throw new Error(`${hub} does not answer`);
  };
  return roundTrip(request, () => performance.now());
}

/**
 * True if a client may move to this hub. A client must not move between encrypted (https) and unencrypted
 * (http) hubs.
 */
export function mayBeSentTo(home: URL, url: string): boolean {
  return new URL(url).protocol === home.protocol;
}

/** True while the page is in a hidden tab. Always false in Node. */
export function isHidden(): boolean {
  return typeof document !== 'undefined' && document.visibilityState === 'hidden';
}
