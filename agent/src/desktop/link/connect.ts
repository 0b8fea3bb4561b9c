/** Connects to a desktop's holder over a byte stream, and validates the holder's messages. */
import type { Duplex } from 'node:stream';
import type { Clock } from '@unicore/protocol';
import { Control, Screenshot } from '@unicore/protocol/control';
import { greet, type LocalPeer } from '../../local/index.ts';
import { type HolderMethods, type HolderNews, HolderStatus } from '../holder/index.ts';

export type HolderConnection = LocalPeer<HolderMethods>;

/**
 * Connects to a holder. changed: called with each new status of the holder, first right after the connection is
 * made.
 */
export async function connectHolder(
  stream: Duplex,
  clock: Clock,
  changed: (status: HolderStatus) => void,
): Promise<HolderConnection> {
  const news: HolderNews = { changed: async (status) => changed(HolderStatus.parse(status)) };
  const { leg, control, closed } = await greet<HolderMethods, HolderNews>(stream, clock, news);
  return { leg, control: validated(control), closed };
}

function validated(holder: HolderMethods): HolderMethods {
  return {
    status: async () => HolderStatus.parse(await holder.status()),
    limit: (limits) => holder.limit(limits),
    control: async (wish) => Control.parse(await holder.control(wish)),
    screenshot: async (wish) => Screenshot.parse(await holder.screenshot(wish)),
    end: async (why) => HolderStatus.parse(await holder.end(why)),
  };
}
