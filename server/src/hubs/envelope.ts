/**
 * What hubs send one another as mail: messages of one leg, with how far its bytes go and how far the other side's may go.
 * Each envelope says all of that anew, so one that is lost costs its own bytes only.
 */
import { UniCoreError } from '@unicore/protocol';
import { Packr } from 'msgpackr';
import { z } from 'zod';
import { HUB_NAME } from '../backplane/index.ts';

const Position = z.number().int().nonnegative();

/** The first element is raised when anything of this changes: hubs of two layouts cannot pass channels to one another. */
const Layout = z.tuple([
  z.literal(1),
  z.string().regex(HUB_NAME),
  z.string().regex(HUB_NAME),
  Position,
  z.boolean(),
  Position,
  Position,
  z.number().int().min(0).max(0xffff),
  z.array(z.instanceof(Uint8Array)),
]);

export interface Envelope {
  /** Names of two hubs. */
  from: string;
  to: string;
  /** Counted by the hub that dialled it. */
  leg: number;
  /** `from` dialled it. */
  dialled: boolean;
  /** Bytes of messages that were sent on this leg before these. */
  position: number;
  /** How far the other side may go. */
  limit: number;
  /** 0, or the code with which `from` closed the leg. */
  closed: number;
  messages: Uint8Array[];
}

// Bytes within are views of the mail, not copies.
const packr = new Packr({ useRecords: false, mapsAsObjects: true, copyBuffers: false });

export function seal({ from, to, leg, dialled, position, limit, closed, messages }: Envelope): Uint8Array {
  return packr.pack([1, from, to, leg, dialled, position, limit, closed, messages]);
}

/** Throws BAD_REQUEST where it is none of this layout. */
export function unseal(mail: Uint8Array): Envelope {
  const { success, data, error } = Layout.safeParse(unpack(mail));
  if (!success) {
    const message = `Mail of another hub is of no known layout: ${error.issues[0]?.message}. Run the same version on all hubs.`;
    throw new UniCoreError('BAD_REQUEST', message);
  }
  const [, from, to, leg, dialled, position, limit, closed, messages] = data;
  return { from, to, leg, dialled, position, limit, closed, messages };
}

function unpack(mail: Uint8Array): unknown {
  try {
    return packr.unpack(mail);
  } catch (cause) {
    return cause;
  }
}
