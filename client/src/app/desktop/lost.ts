/** Tells ends of a channel to a desktop that a new channel repairs from ends that are final. */
import type { ErrorCode } from '@unicore/protocol';

/** OK is one of them: noVNC closes its channel if it cannot read what arrives. */
const LOST: ReadonlySet<ErrorCode> = new Set(['OK', 'EPOCH_LOST', 'LEG_LOST', 'RUNTIME_UNAVAILABLE']);

/** error: undefined if the channel ended with a code that is not known. */
export function isLost(error: ErrorCode | undefined): boolean {
  return error === undefined || LOST.has(error);
}
