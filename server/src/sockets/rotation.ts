/**
 * Replaces sockets before they get too old. Cloud Run and many proxies close a socket after an hour, so the
 * hub asks the peer to open a new socket before that.
 */
import { type Clock, ERRORS, FrameType, type Leg } from '@unicore/protocol';

/**
 * A socket's maximum age varies randomly by this fraction, so that sockets opened together are not replaced
 * together.
 */
const JITTER = 0.1;
/**
 * Time from GOAWAY until the hub closes the socket, ms. It is enough to move a thousand channels, even on a
 * slow network.
 */
const LEAVE_MS = 60_000;

/** Schedules the replacement of an established connection. The returned function cancels the schedule. */
export function rotate(leg: Leg, clock: Clock, everyMs: number): () => void {
  const afterMs = Math.min(LEAVE_MS, everyMs / 2);
  let cancel = clock.after(everyMs * (1 + JITTER * (2 * Math.random() - 1)), () => {
    leg.send({ type: FrameType.GOAWAY, code: ERRORS.GOING_AWAY.number, afterMs });
    cancel = clock.after(afterMs, () => leg.close('GOING_AWAY', 'This socket is too old. Connect again.'));
  });
  return () => cancel();
}
