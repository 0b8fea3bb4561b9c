/**
 * `unicore-desktop health`: asks the desktop how it is. It runs every 30 s in each container, so it is loaded without
 * the other commands.
 */
import { connect } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '@unicore/protocol';
import { greet } from '../local/index.ts';
import { HOLDER_SOCKET, type HolderMethods, type HolderNews, HolderStatus } from './holder/index.ts';

/** Prints the phase. Resolves with the exit code: 0 if the desktop runs, otherwise 1. */
export async function askHealth(folder: string): Promise<number> {
  const news: HolderNews = { changed: async () => {} };
  const stream = connect(join(folder, HOLDER_SOCKET));
  try {
    const { control } = await greet<HolderMethods, HolderNews>(stream, systemClock, news);
    const { phase, reason } = HolderStatus.parse(await control.status());
    console.log(reason === null ? phase : `${phase}: ${reason}`);
    return phase === 'running' ? 0 : 1;
  } catch (error) {
    console.error(`unicore-desktop: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}
