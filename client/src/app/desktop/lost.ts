/** Decides whether a closed channel to a desktop should be replaced by a new one, or whether it has ended for good. */
import type { ErrorCode } from '@unicore/protocol';

/**
 * Codes after which a new channel helps. OK is one of them, because noVNC closes its channel if it cannot read the
 * data.
 */
const LOST: ReadonlySet<ErrorCode> = new Set(['OK', 'EPOCH_LOST', 'LEG_LOST', 'RUNTIME_UNAVAILABLE']);

/** error: the code with which the channel has ended, or undefined if the code is unknown. */
export function isLost(error: ErrorCode | undefined): boolean {
  return error === undefined || LOST.has(error);
}
