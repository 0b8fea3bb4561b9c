/**
 * A WebSocket that reports errors with the hub's own close codes. The ws library itself would use standard
 * codes, for example for a message that is too big or a frame that is invalid.
 */
import { closeCode, type ErrorCode } from '@unicore/protocol';
import { WebSocket } from 'ws';

/**
 * Maximum length of a close reason, in bytes. The payload of a close frame has 125 bytes, and two of them
 * hold the code.
 */
const MAX_REASON = 123;

export interface TooBig {
  code: ErrorCode;
  reason: string;
}

export class HubSocket extends WebSocket {
  /** How the socket is closed if a message is larger than it accepts. */
  tooBig: TooBig = { code: 'MESSAGE_TOO_BIG', reason: 'The message is larger than this socket takes.' };
  #closedWith: number | undefined;

  /** The close code that the hub has sent. Undefined if the hub did not close the socket. */
  get closedWith(): number | undefined {
    return this.#closedWith;
  }

  /**
   * Closes the socket. The ws library calls `close` with standard codes such as 1009, and this method
   * replaces them with the hub's own codes. All other callers pass the hub's own codes.
   */
  override close(code?: number, reason?: string | Buffer): void {
    if (code === 1009) this.#say(closeCode(this.tooBig.code), this.tooBig.reason);
    else if (code === 1002 || code === 1007 || code === 1008) {
      this.#say(closeCode('PROTOCOL_ERROR'), 'The bytes are no valid WebSocket frames.');
    } else this.#say(code, reason?.toString() ?? '');
  }

  #say(code: number | undefined, reason: string): void {
    this.#closedWith ??= code;
    super.close(code, clip(reason));
  }
}

/**
 * Closes the socket with an error code and message. A paused socket could not receive the peer's close frame,
 * so it is resumed first.
 */
export function closeSocket(ws: WebSocket, code: ErrorCode, message: string): void {
  ws.resume();
  ws.close(closeCode(code), message);
}

/** Shortens a close reason without splitting a UTF-8 character. */
function clip(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= MAX_REASON) return reason;
  let end = MAX_REASON - Buffer.byteLength('…');
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return `${bytes.toString('utf8', 0, end)}…`;
}
