/** Proxies and Cloud Run end a socket after an hour: its peer is told in time to open another one first. */
import { type Clock, ERRORS, FrameType, type Leg } from '@unicore/protocol';

/** Shares of the configured age that a socket lives more or less, so that those of one moment do not stay together. */
const JITTER = 0.1;
/** From GOAWAY to the end: time for a thousand channels to move, on a slow line too. */
const LEAVE_MS = 60_000;

/** For a leg that is up. The returned function stops it. */
export function rotate(leg: Leg, clock: Clock, everyMs: number): () => void {
  const afterMs = Math.min(LEAVE_MS, everyMs / 2);
  let cancel = clock.after(everyMs * (1 + JITTER * (2 * Math.random() - 1)), () => {
    leg.send({ type: FrameType.GOAWAY, code: ERRORS.GOING_AWAY.number, afterMs });
    cancel = clock.after(afterMs, () => leg.close('GOING_AWAY', 'This socket is too old. Connect again.'));
  });
  return () => cancel();
}
