/**
 * What happens to a viewer's message. The rules are pure: they look at the message, the viewer's rights and what is
 * agreed, and change nothing.
 */
import { CUT_TEXT_HEADER, isTooLong, mayPass, purposeOf } from './clipboard.ts';
import { Encoding } from './encodings.ts';
import { FENCE_HEADER, isPixelFormatFence } from './fence.ts';
import { MAX_SIDE } from './framebuffer.ts';
import { ViewerMessage } from './message-types.ts';
import type { Negotiation } from './negotiation.ts';
import type { Rights } from './rights.ts';
import { EXTENDED_BUTTONS } from './viewer-message.ts';

/**
 * - `forward`: the message goes to the server as it is.
 * - `special`: the message is changed, is an error, or becomes a part of its own.
 * - `drop`: the message reaches nothing.
 * - `refuse`: as `drop`, and the owner is told.
 */
export type Verdict = 'forward' | 'special' | 'drop' | 'refuse';

export interface Circumstances {
  readonly rights: Rights;
  readonly negotiation: Negotiation;
  /** True if private messages are agreed. */
  readonly privateMessages: boolean;
}

/** Judges the message that starts here. Its header must be complete; the rest may be missing. */
export function judge(message: Buffer, circumstances: Circumstances): Verdict {
  const { canControl } = circumstances.rights;
  switch (message[0]) {
    case ViewerMessage.setPixelFormat:
    case ViewerMessage.setEncodings:
    case ViewerMessage.private:
      return 'special';
    case ViewerMessage.keyEvent:
    case ViewerMessage.qemu:
      return canControl ? 'special' : 'drop';
    case ViewerMessage.pointerEvent:
      if (!canControl) return 'drop';
      return hasUnagreedMarker(message, circumstances.negotiation) ? 'special' : 'forward';
    case ViewerMessage.setDesktopSize:
      return canControl && isSizeOfScreen(message) ? 'forward' : 'drop';
    case ViewerMessage.cutText:
      return judgeClipboard(message, circumstances.rights);
    case ViewerMessage.fence:
      return isPixelFormatFence(message.subarray(FENCE_HEADER)) ? 'special' : 'forward';
    case ViewerMessage.xvp:
    case ViewerMessage.gii:
      return 'drop';
    default:
      return 'forward';
  }
}

/** Larger screens could not be looked at: neither the start of a desktop nor pictures of it would succeed. */
function isSizeOfScreen(message: Buffer): boolean {
  return message.readUInt16BE(2) <= MAX_SIDE && message.readUInt16BE(4) <= MAX_SIDE;
}

/** True if only a newer server would take the mask's highest bit as the marker of a further byte. */
function hasUnagreedMarker(message: Buffer, negotiation: Negotiation): boolean {
  const isMarked = (message[1]! & EXTENDED_BUTTONS) !== 0;
  return isMarked && negotiation.listed(Encoding.extendedMouseButtons) && !negotiation.hasExtendedButtons;
}

function judgeClipboard(message: Buffer, rights: Rights): Verdict {
  const length = message.readInt32BE(4);
  const toDesktop = rights.canControl && rights.clipboardToDesktop;
  const purpose = length < 0 ? purposeOf(message.readInt32BE(CUT_TEXT_HEADER), -length) : 'offer';
  if (!mayPass(purpose, toDesktop, rights.clipboardFromDesktop)) return 'drop';
  if (isTooLong(length)) return 'refuse';
  return purpose === 'provide' ? 'special' : 'forward';
}
