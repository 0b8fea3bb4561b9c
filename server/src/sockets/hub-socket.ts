/** A ws socket whose own verdicts (message too big, not a WebSocket frame) use the codes of our list. */
import { closeCode, type ErrorCode } from '@unicore/protocol';
import { WebSocket } from 'ws';

/** A close frame's payload is at most 125 bytes, two of them the code. */
const MAX_REASON = 123;

export class HubSocket extends WebSocket {
  /** ws calls this by itself with 1009 and the like; everything else comes from closeSocket. */
  override close(code?: number, reason?: string | Buffer): void {
    if (code === 1009) super.close(closeCode('MESSAGE_TOO_BIG'), 'The message is larger than this socket takes.');
    else if (code === 1002 || code === 1007 || code === 1008) {
      super.close(closeCode('PROTOCOL_ERROR'), 'The bytes are no valid WebSocket frames.');
    } else super.close(code, reason === undefined ? undefined : clip(reason.toString()));
  }
}

/** Closes with the code of an error and its sentence. A reader that was paused must see the peer's answer. */
export function closeSocket(ws: WebSocket, code: ErrorCode, message: string): void {
  ws.resume();
  ws.close(closeCode(code), message);
}

/** Cuts a reason at a character, not inside one. */
function clip(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= MAX_REASON) return reason;
  let end = MAX_REASON - 3;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return `${bytes.toString('utf8', 0, end)}…`;
}
