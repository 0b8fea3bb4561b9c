/**
 * What hubs send one another as mail: a header, then messages of one leg, each behind its length (u32, big endian). The header
 * says how far the leg's bytes go, and how far the other side's may go. Each envelope says all of that anew, so one that is lost
 * costs its own bytes only.
 */
import { packMeta, UniCoreError, unpackMeta } from '@unicore/protocol';
import { z } from 'zod';
import { HUB_NAME } from '../backplane/index.ts';
import type { MailMemory } from './mail-memory.ts';

const HEADER_LENGTH_BYTES = 2;
const LENGTH_BYTES = 4;

const Position = z.number().int().nonnegative();

const Header = z.object({
  /** Raised when anything of this changes: hubs of two layouts can't pass channels to one another. */
  layout: z.literal(1),
  /** Names of two hubs. */
  from: z.string().regex(HUB_NAME),
  to: z.string().regex(HUB_NAME),
  /** Counted by the hub that dialled it. */
  leg: Position,
  /** `from` dialled it. */
  dialled: z.boolean(),
  /** Bytes of messages that were sent on this leg before these. */
  position: Position,
  /** How far the other side may go. */
  limit: Position,
  /** 0, or the code with which `from` closed the leg. */
  closed: z.number().int().min(0).max(0xffff),
});

export interface Envelope extends Omit<z.infer<typeof Header>, 'layout'> {
  messages: readonly Uint8Array[];
}

/** In fresh memory, unless some is given. */
export function seal({ messages, ...rest }: Envelope, memory?: MailMemory): Buffer {
  const header = packMeta({ layout: 1, ...rest } satisfies z.infer<typeof Header>);
  const start = HEADER_LENGTH_BYTES + header.length;
  const size = messages.reduce((sum, { length }) => sum + LENGTH_BYTES + length, start);
  const mail = memory ? memory.take(size) : Buffer.allocUnsafe(size);
  mail.writeUInt16BE(header.length);
  mail.set(header, HEADER_LENGTH_BYTES);
  let at = start;
  for (const message of messages) {
    mail.writeUInt32BE(message.length, at);
    mail.set(message, at + LENGTH_BYTES);
    at += LENGTH_BYTES + message.length;
  }
  return mail;
}

/** Its messages are views of the mail. Throws BAD_REQUEST where it is none of this layout. */
export function unseal(mail: Buffer): Envelope {
  try {
    const start = HEADER_LENGTH_BYTES + mail.readUInt16BE();
    const { layout: _, ...rest } = Header.parse(unpackMeta(mail.subarray(HEADER_LENGTH_BYTES, start)));
    const messages: Uint8Array[] = [];
    for (let at = start; at < mail.length; ) {
      const end = at + LENGTH_BYTES + mail.readUInt32BE(at);
      if (end > mail.length) throw new RangeError('a message is cut off');
      messages.push(mail.subarray(at + LENGTH_BYTES, end));
      at = end;
    }
    return { ...rest, messages };
  } catch (cause) {
    const message = 'Mail of another hub is of no known layout. Run the same version on all hubs.';
    throw new UniCoreError('BAD_REQUEST', message, { cause });
  }
}
