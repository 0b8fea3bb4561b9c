/** A ws socket whose own verdicts (message too big, no WebSocket frame) use the codes of our list, too. */
import { closeCode, type ErrorCode } from '@unicore/protocol';
import { WebSocket } from 'ws';

/** A close frame's payload is at most 125 bytes, two of them the code. */
const MAX_REASON = 123;

export class HubSocket extends WebSocket {
  #closedWith: number | undefined;

  /** The code that this side closed with, if it did. */
  get closedWith(): number | undefined {
    return this.#closedWith;
  }

  /** ws itself calls this with 1009 and the like; all else in the hub closes with codes of ours. */
  override close(code?: number, reason?: string | Buffer): void {
    if (code === 1009)
      this.#say(closeCode('MESSAGE_TOO_BIG'), 'The message is larger than this socket takes.');
    else if (code === 1002 || code === 1007 || code === 1008) {
      this.#say(closeCode('PROTOCOL_ERROR'), 'The bytes are no valid WebSocket frames.');
    } else this.#say(code, reason?.toString() ?? '');
  }

  #say(code: number | undefined, reason: string): void {
    this.#closedWith ??= code;
    super.close(code, clip(reason));
  }
}

/** Closes with an error's code and sentence. A paused socket is read again, or the peer's answer would not be seen. */
export function closeSocket(ws: WebSocket, code: ErrorCode, message: string): void {
  ws.resume();
  ws.close(closeCode(code), message);
}

/** Cuts a reason at a character, not inside one. */
function clip(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= MAX_REASON) return reason;
  let end = MAX_REASON - Buffer.byteLength('…');
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return `${bytes.toString('utf8', 0, end)}…`;
}
