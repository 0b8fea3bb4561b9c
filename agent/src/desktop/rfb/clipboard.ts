/**
 * The clipboard messages of RFB, and the rights that they need. They have the same form in both directions. A
 * negative length marks a message of the extended clipboard. Its first 32 bits are flags that say what the message
 * is for.
 */
import { constants, inflateSync } from 'node:zlib';
import { UniCoreError } from '@unicore/protocol';

/** Maximum size of a clipboard text, in bytes. */
export const MAX_CUT_TEXT = 1024 * 1024;
/** Largest body of an extended message, in bytes. Data that cannot be compressed becomes a little longer. */
const MAX_EXTENDED = MAX_CUT_TEXT + 1024;

/** Number of bytes up to and including the length: u8 type, 3 bytes of padding, i32 length. */
export const CUT_TEXT_HEADER = 8;
const FLAGS_BYTES = 4;
/** Number of bytes up to and including the flags of an extended message. */
export const EXTENDED_HEADER = CUT_TEXT_HEADER + FLAGS_BYTES;

/** Bytes that a text needs in a compressed message, besides the text: its length, and a NUL at its end. */
const TEXT_OVERHEAD = 4 + 1;

/** Largest extended message that only lists capabilities: the flags, and a size for each of 16 formats. */
const MAX_CAPS = 4 + 16 * 4;

/**
 * The purpose of a clipboard message:
 * - `offer`: contains a text, or says that there is one.
 * - `question`: asks the other side for its text, or whether it has one.
 * - `caps`: lists what this side supports. It says nothing about any text.
 * - `provide`: contains compressed texts.
 */
export type ClipboardPurpose = 'offer' | 'question' | 'caps' | 'provide' | 'unknown';

const CAPS = 1 << 24;
const REQUEST = 1 << 25;
const PEEK = 1 << 26;
const NOTIFY = 1 << 27;
const PROVIDE = 1 << 28;
const ACTIONS = 0xff000000 | 0;

/** Throws PROTOCOL_ERROR if this length of a clipboard message leaves no room for the flags. */
export function checkLength(length: number): void {
  if (length >= 0 || length <= -FLAGS_BYTES) return;
  throw new UniCoreError(
    'PROTOCOL_ERROR',
    `A message of the extended clipboard has ${-length} bytes and no flags.`,
  );
}

/** Returns the purpose of an extended message from its flags and the length of its body, flags included. */
export function purposeOf(flags: number, bodyBytes: number): ClipboardPurpose {
  const action = flags & ACTIONS;
  if ((action & CAPS) !== 0) return bodyBytes <= MAX_CAPS ? 'caps' : 'unknown';
  if (action === REQUEST || action === PEEK) return 'question';
  if (action === NOTIFY) return 'offer';
  return action === PROVIDE ? 'provide' : 'unknown';
}

/**
 * Returns true if a message may be passed on. `along` is the right to send texts in the direction of the message,
 * `against` is the right for the other direction: a question needs it, because its answer goes that way. Lists of
 * capabilities may always pass. Viewer and server exchange them only once, and a right may be given later.
 */
export function mayPass(purpose: ClipboardPurpose, along: boolean, against: boolean): boolean {
  if (purpose === 'caps') return true;
  if (purpose === 'question') return against;
  return purpose === 'unknown' ? along && against : along;
}

/**
 * Returns true if the message contains a text or announces one. Viewers send the other clipboard messages without
 * any action of a person.
 */
export function bringsText(message: Buffer): boolean {
  const length = message.readInt32BE(4);
  if (length >= 0) return true;
  const purpose = purposeOf(message.readInt32BE(CUT_TEXT_HEADER), -length);
  return purpose === 'offer' || purpose === 'provide';
}

/** Returns true if a text of this length is too long. The length is negative in messages of the extended clipboard. */
export function isTooLong(length: number): boolean {
  return length > MAX_CUT_TEXT || -length > MAX_EXTENDED;
}

/**
 * Returns true if the texts of a `provide` message are too long after decompression. Some servers end the
 * connection because of such a text. Invalid data returns false; the server refuses it.
 */
export function inflatesTooFar(compressed: Uint8Array): boolean {
  try {
    // The compressed stream is not finished: it just stops at the end of the message.
    inflateSync(compressed, {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: MAX_CUT_TEXT + TEXT_OVERHEAD,
    });
    return false;
  } catch (error) {
    return error instanceof RangeError;
  }
}
