/** Other hubs of the deployment, as a page or a program sees them: how far each is, and which are dialled at all. */
import { roundTrip } from '@unicore/protocol';

/** One that takes longer is not the nearest. */
const ANSWER_MS = 3_000;

/** The round trip to this hub, ms. Rejects where it does not answer. */
export function probe(hub: string): Promise<number> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const request = async () => {
    const { ok } = await fetch(`${hub}/ping`, { signal, cache: 'no-store', credentials: 'omit' });
    if (!ok) throw new Error(`${hub} does not answer`);
  };
  return roundTrip(request, () => performance.now());
}

/** Nobody is sent from an encrypted line to one that is not. */
export function mayBeSentTo(home: URL, url: string): boolean {
  return new URL(url).protocol === home.protocol;
}

/** Nobody looks at the page now. */
export function isHidden(): boolean {
  return typeof document !== 'undefined' && document.visibilityState === 'hidden';
}
