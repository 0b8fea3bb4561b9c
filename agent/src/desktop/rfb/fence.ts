/**
 * The interposer's own fences: messages that the server answers when it has handled all before. The answers are
 * taken out of the server's stream, and the viewer never sees them.
 *
 * One of them shows its owner that the server has handled the input so far. The other marks the place in the server's
 * stream from which a new pixel format holds.
 *
 * A server works through messages in order, but its updates are on their way meanwhile: nobody but the server
 * knows which of them is the first with new pixels. So, if updates may be on their way, the interposer sends a
 * fence just before SetPixelFormat. With the flag SyncNext the server handles the next message, SetPixelFormat, and
 * answers the fence before it sends anything else.
 */
import { ViewerMessage } from './message-types.ts';

/** Number of bytes before the payload: u8 type, 3 bytes of padding, u32 flags, u8 length of the payload. */
export const FENCE_HEADER = 9;
export const FENCE_REQUEST = 0x80000000;
export const FENCE_SYNC_NEXT = 4;
/** The flags BlockBefore and BlockAfter, which an answer repeats. */
export const FENCE_BLOCK = 3;

/** Payloads of the interposer's own fences. A viewer's fence may have none of them. */
const PAYLOADS = {
  pixelFormat: Buffer.from('unicore:pixel-format'),
  input: Buffer.from('unicore:input'),
};
export type OwnFence = keyof typeof PAYLOADS;

export const PIXEL_FORMAT_FENCE = encodeFence(FENCE_REQUEST | FENCE_SYNC_NEXT, PAYLOADS.pixelFormat);
export const INPUT_FENCE = encodeFence(FENCE_REQUEST, PAYLOADS.input);

/** Returns which of the interposer's own fences has this payload. */
export function ownFence(payload: Uint8Array): OwnFence | undefined {
  if (PAYLOADS.pixelFormat.equals(payload)) return 'pixelFormat';
  return PAYLOADS.input.equals(payload) ? 'input' : undefined;
}

export function encodeFence(flags: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(FENCE_HEADER);
  header[0] = ViewerMessage.fence;
  header.writeUInt32BE(flags >>> 0, 4);
  header[8] = payload.length;
  return Buffer.concat([header, payload]);
}
