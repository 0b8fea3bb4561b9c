/**
 * What hubs send one another as mail: a header, then messages of one leg, each behind its length (u32, big endian). The header
 * says how far the leg's bytes go, and how far the other side's may go. Each envelope says all of that anew, so one that is lost
 * costs its own bytes only.
 */
import { UniCoreError } from '@unicore/protocol';
import type { MailMemory } from './mail-memory.ts';

/** Raised when anything of this changes: hubs of two layouts can't pass channels to one another. */
const LAYOUT = 1;
const DIALLED = 1;
/** Of fixed places, all big endian: a key has a mail of its own, and reading a map cost more than all else about it. */
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
/** 256 TiB on one leg. */
const POSITION_BYTES = 6;
const LENGTH_BYTES = 4;

export interface Envelope {
  /** Names of two hubs: HUB_NAME. */
  from: string;
  to: string;
  /** Counted by the hub that dialled it, u32. */
  leg: number;
  /** `from` dialled it. */
  dialled: boolean;
  /** Bytes of messages that were sent on this leg before these. */
  position: number;
  /** How far the other side may go. */
  limit: number;
  /** 0, or the code with which `from` closed the leg. */
  closed: number;
  messages: readonly Uint8Array[];
}

/** In fresh memory, unless some is given. */
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

/** Its messages are views of the mail. Throws BAD_REQUEST where it is none of this layout. */
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
    const message = 'Mail of another hub is of no known layout. Run the same version on all hubs.';
    throw new UniCoreError('BAD_REQUEST', message, { cause });
  }
}
