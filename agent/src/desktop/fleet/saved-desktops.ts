/**
 * desktops.json: the last order for each start of a desktop, and how far it came. A restarted agent learns from
 * this file which desktops it has, and that none of them may be started a second time.
 */
import { join } from 'node:path';
import { DesktopObserved, DesktopOrder, type DesktopPhase } from '@unicore/protocol/control';
import { z } from 'zod';
import { LatestFile, readJson } from '../../files/index.ts';

export const Entry = z.object({
  order: DesktopOrder,
  /** True if the launcher was asked to start it, perhaps without success. It is never started again. */
  started: z.boolean(),
  /** True if it has shown a picture. */
  ran: z.boolean(),
  /** How it ended. It is null until then. */
  verdict: DesktopObserved.nullable(),
  /** True if nothing of it is left on this machine. */
  gone: z.boolean(),
});
export type Entry = z.infer<typeof Entry>;
const Book = z.object({ desktops: z.array(Entry) });

const REMEDY = 'Delete it and start the agent again: the hub tells it which desktops it should have.';

export function newEntry(order: DesktopOrder): Entry {
  return { order, started: false, ran: false, verdict: null, gone: false };
}

/** Returns the phase that a restarted agent reports until it knows more. */
export function firstPhase({ order, started, ran, verdict }: Entry): DesktopPhase {
  if (verdict || order.desired === 'ended') return 'ending';
  if (ran) return 'running';
  return started ? 'booting' : 'launching';
}

export class SavedDesktops {
  readonly #file: LatestFile;
  /** The entries that an earlier run of the agent has saved. */
  readonly found: readonly Entry[];

  private constructor(file: LatestFile, found: readonly Entry[]) {
    this.#file = file;
    this.found = found;
  }

  static async load(agentDir: string): Promise<SavedDesktops> {
    const path = join(agentDir, 'desktops.json');
    const book = await readJson(path, Book, REMEDY);
    return new SavedDesktops(new LatestFile(path), book?.desktops ?? []);
  }

  /** Resolves when these entries, or newer ones, are on disk. */
  save(entries: () => Entry[]): Promise<void> {
    return this.#file.save(() => ({ desktops: entries() }));
  }
}
