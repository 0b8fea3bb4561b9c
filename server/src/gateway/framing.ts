/**
 * How the bytes of a channel become WebSocket messages of a raw client, and how its messages become bytes.
 */

/** Kinds of sockets whose channel the hub opens on the client's behalf. */
export type RawKind = 'terminal' | 'vnc' | 'cdp';

/** A WebSocket message to the client, or a part of one. */
export interface Fragment {
  payload: Uint8Array;
  /** Number of the channel's bytes that the client has read once it has read this fragment. */
  bytes: number;
  binary: boolean;
  /** True if the message ends with this fragment. */
  fin: boolean;
}

export interface Framing {
  /**
   * Returns the bytes that a message of the client stands for. Throws a UniCoreError if the client must not
   * send this message.
   */
  toChannel(message: Uint8Array, isBinary: boolean): readonly Uint8Array[];
  /** Returns what the client gets for the next bytes of the channel. Throws a UniCoreError above a limit. */
  toClient(bytes: Uint8Array): readonly Fragment[];
}

/** One binary message for each piece of bytes: how pieces are cut has no meaning. */
export function binaryMessage(bytes: Uint8Array): readonly Fragment[] {
  return [{ payload: bytes, bytes: bytes.length, binary: true, fin: true }];
}
