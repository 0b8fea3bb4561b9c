/**
 * Socket rotation: proxies and Cloud Run close sockets after an hour, so the peer is asked in time to open a new one
 * first.
 */
import { type Clock, ERRORS, FrameType, type Leg } from '@unicore/protocol';

/** Jitter: a socket's age varies by this fraction, so that sockets opened together are not replaced together. */
const JITTER = 0.1;
/** Time from GOAWAY to the close, ms: enough to move a thousand channels, even on a slow line. */
const LEAVE_MS = 60_000;

/** Schedules the rotation of a leg that is up. The returned function cancels it. */
export function rotate(leg: Leg, clock: Clock, everyMs: number): () => void {
  const afterMs = Math.min(LEAVE_MS, everyMs / 2);
  let cancel = clock.after(everyMs * (1 + JITTER * (2 * Math.random() - 1)), () => {
    leg.send({ type: FrameType.GOAWAY, code: ERRORS.GOING_AWAY.number, afterMs });
    cancel = clock.after(afterMs, () => leg.close('GOING_AWAY', 'This socket is too old. Connect again.'));
  });
  return () => cancel();
}
