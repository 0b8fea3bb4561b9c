/**
 * Binary format of hub-to-hub messages through Redis (mail): a header, then the messages of one leg, each after its
 * length (u32, big endian). The header says how many bytes the leg has carried and how many the other side may send.
 * Every envelope repeats this, so a lost one costs only its own bytes.
 */
import { UniCoreError } from '@unicore/protocol';
import type { MailMemory } from './mail-memory.ts';

/** Version of the format, raised with any change. Hubs with different versions can't relay channels to one another. */
const LAYOUT = 1;
const DIALLED = 1;
/**
 * Byte offsets of the header's fields, all big endian. The format is fixed, because one keystroke may be one envelope:
 * to parse a map took longer than everything else.
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
/** Size of a position in a leg's bytes: 6 bytes allow 256 TiB per leg. */
const POSITION_BYTES = 6;
const LENGTH_BYTES = 4;

export interface Envelope {
  /** Names of the sending and the receiving hub; each matches HUB_NAME. */
  from: string;
  to: string;
  /** Number of the leg, counted by the hub that dialled it; u32. */
  leg: number;
  /** Whether `from` dialled the leg. */
  dialled: boolean;
  /** Message bytes sent on this leg before this envelope. */
  position: number;
  /** Position up to which the other side may send. */
  limit: number;
  /** 0, or the code with which `from` closed the leg. */
  closed: number;
  messages: readonly Uint8Array[];
}

/** Encodes an envelope, into `memory` if given. */
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
 * Decodes an envelope. Its messages are views of the given buffer. Throws BAD_REQUEST if it is malformed or of another
 * version.
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
