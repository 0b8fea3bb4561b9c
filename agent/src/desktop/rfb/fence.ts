/**
 * The fence message that finds the place in the server's stream where a new pixel format begins. A server handles
 * messages in order, but its updates may already be on the way. Only the server knows which update is the first
 * with the new format. So the interposer sends a fence right before SetPixelFormat, if updates may be on the way.
 * The flag SyncNext makes the server handle SetPixelFormat and then answer the fence, before it sends anything
 * else. The interposer removes the answer, so the viewer does not see it.
 */
import { ViewerMessage } from './message-types.ts';

/** Number of bytes before the payload: u8 type, 3 bytes of padding, u32 flags, u8 length of the payload. */
export const FENCE_HEADER = 9;
export const FENCE_REQUEST = 0x80000000;
export const FENCE_SYNC_NEXT = 4;
/** The flags BlockBefore and BlockAfter. The answer to a fence must repeat them. */
export const FENCE_BLOCK = 3;

/** The content of the interposer's own fences. A viewer may not send a fence with this content. */
const PAYLOAD = Buffer.from('unicore:pixel-format');

export const PIXEL_FORMAT_FENCE = encodeFence(FENCE_REQUEST | FENCE_SYNC_NEXT, PAYLOAD);

export function isPixelFormatFence(payload: Uint8Array): boolean {
  return PAYLOAD.equals(payload);
}

/** Length of the content of the interposer's own fences, by which their answers are recognised. */
export const PIXEL_FORMAT_FENCE_PAYLOAD = PAYLOAD.length;

export function encodeFence(flags: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(FENCE_HEADER);
  header[0] = ViewerMessage.fence;
  header.writeUInt32BE(flags >>> 0, 4);
  header[8] = payload.length;
  return Buffer.concat([header, payload]);
}
