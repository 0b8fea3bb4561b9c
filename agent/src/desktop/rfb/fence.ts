/**
 * The fence that marks the place in the server's stream from which a new pixel format holds.
 *
 * A server works through messages in order, but its updates are on their way meanwhile: nobody but the server
 * knows which of them is the first with new pixels. So, if updates may be on their way, the interposer sends a
 * fence just before SetPixelFormat. With the flag SyncNext the server handles the next message, SetPixelFormat, and
 * answers the fence before it sends anything else. The answer is taken out of the stream, and the viewer never
 * sees it.
 */
import { ViewerMessage } from './message-types.ts';

/** Number of bytes before the payload: u8 type, 3 bytes of padding, u32 flags, u8 length of the payload. */
export const FENCE_HEADER = 9;
export const FENCE_REQUEST = 0x80000000;
export const FENCE_SYNC_NEXT = 4;
/** The flags BlockBefore and BlockAfter, which an answer repeats. */
export const FENCE_BLOCK = 3;

/** Payload of the interposer's own fences. A viewer's fence may not have it. */
const PAYLOAD = Buffer.from('unicore:pixel-format');

export const PIXEL_FORMAT_FENCE = encodeFence(FENCE_REQUEST | FENCE_SYNC_NEXT, PAYLOAD);

export function isPixelFormatFence(payload: Uint8Array): boolean {
  return PAYLOAD.equals(payload);
}

/** Length of the payload by which an answer to the interposer's own fence is recognised. */
export const PIXEL_FORMAT_FENCE_PAYLOAD = PAYLOAD.length;

export function encodeFence(flags: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(FENCE_HEADER);
  header[0] = ViewerMessage.fence;
  header.writeUInt32BE(flags >>> 0, 4);
  header[8] = payload.length;
  return Buffer.concat([header, payload]);
}
