/**
 * Private messages of a desktop's viewer. They lie between the messages of RFB in its vnc channel, in order, if OPEN
 * and ACCEPT have agreed on them by `text: true`: u8 type, u8 operation, u16 zero, u32 length, and as many
 * bytes of JSON.
 */
export const PRIVATE_MESSAGE = 197;

export const PrivateOp = {
  /** A key went down or up. */
  key: 1,
  /** A text was typed that no single key stands for, such as one of an input method. */
  text: 2,
} as const;

/** Largest text of one message, in bytes of UTF-8. */
export const MAX_TYPED_TEXT = 64 * 1024;

const HEADER = 8;

export function encodePrivateMessage(op: number, content: object): Uint8Array<ArrayBuffer> {
  const payload = new TextEncoder().encode(JSON.stringify(content));
  const message = new Uint8Array(HEADER + payload.length);
  message[0] = PRIVATE_MESSAGE;
  message[1] = op;
  new DataView(message.buffer).setUint32(4, payload.length);
  message.set(payload, HEADER);
  return message;
}
