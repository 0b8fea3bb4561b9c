/**
 * Binary format of messages between hubs through Redis (mail). An envelope has a header, and then messages of
 * one leg (a connection between two hubs). Before each message is its length (u32, big endian). The header
 * says how many bytes the leg has carried, and how many bytes the other side may send. Every envelope repeats
 * these numbers, so a lost envelope loses only its own messages.
 */
import { UniCoreError } from '@unicore/protocol';
import type { MailMemory } from './mail-memory.ts';

/**
 * Version of the binary format of envelopes (messages between hubs through Redis). Each change of this format
 * raises the version. Hubs with different versions cannot relay channels to one another.
 */
const LAYOUT = 1;
const DIALLED = 1;
/**
 * Byte offsets of the fields in the header of a message between hubs. All fields are big endian. The offsets
 * are fixed for speed. A header that is encoded as a map of keys and values took longer to parse than all
 * other work for a message, and one keystroke may need a message of its own.
 */
const AT = {
  layout: 0,
  flags: 1,
  closed: 2,
  leg: 4,
  from: 8,
  to: 24,
  position: 40,
  limit: 46,
  messages: 52,
};
const NAME_BYTES = 16;
/**
 * Size of a header field that contains a number of bytes sent on a connection (leg), bytes. 6 bytes can count
 * up to 256 TiB.
 */
const POSITION_BYTES = 6;
const LENGTH_BYTES = 4;

export interface Envelope {
  /** The name of the sending hub and the name of the receiving hub. Both match HUB_NAME. */
  from: string;
  to: string;
  /**
   * Number of the connection (leg) between the two hubs, u32. The hub that dialled the connection chose the
   * number.
   */
  leg: number;
  /** True if the sending hub dialled the connection (leg). */
  dialled: boolean;
  /** Number of message bytes that were sent on this connection (leg) before this envelope. */
  position: number;
  /** Number of message bytes that the receiving hub may send on this connection (leg) in total. */
  limit: number;
  /** The code with which the sending hub closed the connection (leg). 0 if the connection is open. */
  closed: number;
  messages: readonly Uint8Array[];
}

/**
 * Encodes an envelope. memory: a pool of reusable buffers. If it is given, the result is in one of its
 * buffers.
 */
export function seal(envelope: Envelope, memory?: MailMemory): Buffer {
  const { from, to, leg, dialled, position, limit, closed, messages } = envelope;
  const size = messages.reduce((sum, { length }) => sum + LENGTH_BYTES + length, AT.messages);
  const mail = memory ? memory.take(size) : Buffer.allocUnsafe(size);
  mail[AT.layout] = LAYOUT;
  mail[AT.flags] = dialled ? DIALLED : 0;
  mail.writeUInt16BE(closed, AT.closed);
  mail.writeUInt32BE(leg, AT.leg);
  mail.write(from, AT.from, 'hex');
  mail.write(to, AT.to, 'hex');
  mail.writeUIntBE(position, AT.position, POSITION_BYTES);
  mail.writeUIntBE(limit, AT.limit, POSITION_BYTES);
  let at = AT.messages;
  for (const message of messages) {
    mail.writeUInt32BE(message.length, at);
    mail.set(message, at + LENGTH_BYTES);
    at += LENGTH_BYTES + message.length;
  }
  return mail;
}

/**
 * Decodes an envelope. The decoded messages are views of the given buffer. Throws BAD_REQUEST if the envelope
 * is malformed or has another version.
 */
export function unseal(mail: Buffer): Envelope {
  const name = (at: number) => mail.toString('hex', at, at + NAME_BYTES);
  try {
    if (mail[AT.layout] !== LAYOUT) throw new RangeError(`layout ${mail[AT.layout]}`);
    const envelope = {
      from: name(AT.from),
      to: name(AT.to),
      leg: mail.readUInt32BE(AT.leg),
      dialled: mail[AT.flags] === DIALLED,
      position: mail.readUIntBE(AT.position, POSITION_BYTES),
      limit: mail.readUIntBE(AT.limit, POSITION_BYTES),
      closed: mail.readUInt16BE(AT.closed),
    };
    const messages: Uint8Array[] = [];
    for (let at = AT.messages; at < mail.length; ) {
      const end = at + LENGTH_BYTES + mail.readUInt32BE(at);
      if (end > mail.length) throw new RangeError('a message is cut off');
      messages.push(mail.subarray(at + LENGTH_BYTES, end));
      at = end;
    }
    return { ...envelope, messages };
  } catch (cause) {
    const message = 'A message of another hub has an unknown format. Run the same version on all hubs.';
    throw new UniCoreError('BAD_REQUEST', message, { cause });
  }
}
