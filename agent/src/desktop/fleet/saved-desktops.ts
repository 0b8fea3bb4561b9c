/**
 * The file desktops.json. It has the last order for each start of a desktop, and how far the start has come.
 * From it a restarted agent knows its desktops, and which of them it must not start a second time.
 */
import { join } from 'node:path';
import { DesktopObserved, DesktopOrder, type DesktopPhase } from '@unicore/protocol/control';
import { z } from 'zod';
import { LatestFile, readJson } from '../../files/index.ts';

export const Entry = z.object({
  order: DesktopOrder,
  /** True if the launcher was told to start the desktop, even if that failed. A desktop is never started twice. */
  started: z.boolean(),
  /** True if the desktop has shown a picture. */
  ran: z.boolean(),
  /** How the desktop ended; null until then. */
  verdict: DesktopObserved.nullable(),
  /** True if nothing of the desktop is left on this machine. */
  gone: z.boolean(),
});
export type Entry = z.infer<typeof Entry>;
const Book = z.object({ desktops: z.array(Entry) });

const REMEDY = 'Delete it and start the agent again: the hub tells it which desktops it should have.';

export function newEntry(order: DesktopOrder): Entry {
  return { order, started: false, ran: false, verdict: null, gone: false };
}

/** Returns the phase that a restarted agent reports before it has looked at the desktop. */
export function firstPhase({ order, started, ran, verdict }: Entry): DesktopPhase {
  if (verdict || order.desired === 'ended') return 'ending';
  if (ran) return 'running';
  return started ? 'booting' : 'launching';
}

export class SavedDesktops {
  readonly #file: LatestFile;
  /** The entries that an earlier run of the agent saved. */
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
