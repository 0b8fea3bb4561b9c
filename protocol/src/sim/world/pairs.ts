/** The two ends of every channel of a simulated world. It checks whether both ends closed as they should. */
import type { ErrorCode } from '../../wire/index.ts';
import type { App } from './app.ts';
import type { Opened } from './consumer.ts';
import { BROKEN } from './part.ts';

/** Shortest time for which the accepting end of a channel remembers how the channel ended, ms. */
const TOMBSTONE_MS = 119_000;

/** Reasons why a channel may end although no application has ended it. */
export interface Excuses {
  /** True if a keeper process was killed and lost its memory. */
  killed: boolean;
  /**
   * True if a fault lasted very long. A channel may then have had no connection for so long that its
   * accepting end gave up the channel.
   */
  cutOff: boolean;
}

interface Pair extends Opened {
  /**
   * The accepting ends of this channel. There are several only if the keeper process was killed before the
   * opening end got an answer.
   */
  acceptors: App[];
}

export class Pairs {
  readonly #pairs = new Map<string, Pair>();

  get size(): number {
    return this.#pairs.size;
  }

  opened(epochHex: string, opened: Opened): void {
    this.#pairs.set(epochHex, { ...opened, acceptors: [] });
  }

  accepted(epochHex: string, app: App): void {
    this.#pairs.get(epochHex)!.acceptors.push(app);
  }

  /** Channel ends that are not closed yet. */
  get waiting(): App[] {
    return this.#all.filter((app) => !app.closed);
  }

  get bytes(): number {
    return this.#all.reduce((sum, { received }) => sum + received, 0);
  }

  get attachments(): number {
    return this.#all.reduce((sum, { attachments }) => sum + attachments, 0);
  }

  /** Yields a description of each channel that ended wrongly. Call it only after all channels have closed. */
  *wrongs(excuses: Excuses): Generator<string> {
    for (const { app, acceptors } of this.#pairs.values()) {
      // Only the last accepting end of the channel is checked. Earlier accepting ends were lost when their
      // keeper process was killed, before the opening end got an answer.
      const last = acceptors.at(-1);
      if (last) yield* wrongEnds(app, last, excuses);
      else if (app.closed?.code === 'OK') yield `${app.name} ended OK with nobody`;
    }
  }

  get #all(): App[] {
    return [...this.#pairs.values()].flatMap(({ app, acceptors }) => [app, ...acceptors]);
  }
}

function* wrongEnds(opener: App, acceptor: App, { killed, cutOff }: Excuses): Generator<string> {
  const ends = `${inWords(opener)}; ${inWords(acceptor)}`;
  const [o, a] = [opener.closed!.code, acceptor.closed!.code];
  for (const code of [o, a]) if (BROKEN.has(code)) yield `a code of defects: ${ends}`;
  const quiet = !opener.aborted && !acceptor.aborted && !killed;
  if (o === 'OK') {
    if (!whole(opener, acceptor)) yield `the opener's OK is not true: ${ends}`;
    if (!opener.aborted && opener.closed!.message !== acceptor.farewell)
      yield `not the acceptor's word: ${ends}`;
  }
  if (a === 'OK') {
    // If the opening end has lost its connection (LEG_LOST), the last ACK frames may have been lost. Then the
    // accepting end cannot know whether all bytes arrived, and its result OK may be wrong.
    if (!opener.aborted && o !== 'LEG_LOST' && !whole(opener, acceptor))
      yield `the acceptor's OK is not true: ${ends}`;
    if (acceptor.closed!.message !== opener.farewell) yield `not the opener's word: ${ends}`;
  }
  if (!allowed(opener, o, ['CONFLICT', 'VM_NOT_RUNNING'], acceptor))
    yield `a strange code at the opener: ${ends}`;
  const later = opener.closed!.at - acceptor.closed!.at;
  if (quiet && o === 'EPOCH_LOST' && later < TOMBSTONE_MS) yield `forgotten too soon: ${ends}`;
  if (quiet && a === 'LEG_LOST' && later > 0 && !cutOff) yield `given up although there was a way: ${ends}`;
}

function whole(opener: App, acceptor: App): boolean {
  return opener.received === acceptor.plan.total && acceptor.received === opener.plan.total;
}

function allowed(opener: App, code: ErrorCode, aborts: readonly ErrorCode[], acceptor: App): boolean {
  if (aborts.includes(code)) return opener.aborted || acceptor.aborted;
  return ['OK', 'EPOCH_LOST', 'LEG_LOST', 'FORBIDDEN'].includes(code);
}

function inWords(app: App): string {
  const { name, received, sent, plan, closed, aborted } = app;
  return `${name}${aborted ? ' (aborted)' : ''} sent ${sent}/${plan.total}, received ${received}, closed ${closed!.code} "${closed!.message}"`;
}
