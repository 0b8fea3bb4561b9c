/**
 * The clipboard between this device and a desktop. Each direction is off until the user allows it. A text is refused
 * rather than cut, and where a text is refused nothing is pasted: the desktop would paste an older one.
 */
import { type Accessor, createEffect, createSignal, on, onCleanup } from 'solid-js';
import { copyText } from '../../base/index.ts';
import type { News } from '../news.ts';
import { NewestText } from './newest-text.ts';

/** Largest text, in bytes of UTF-8. The desktop has the same limit. */
const MOST_BYTES = 1024 * 1024;

export type Direction = 'toDesktop' | 'fromDesktop';

export interface SharedClipboard {
  readonly allowed: Accessor<Readonly<Record<Direction, boolean>>>;
  allow(direction: Direction, isAllowed: boolean): void;
  /** True until the desktop has taken the choice. */
  readonly isPending: Accessor<boolean>;
  /**
   * Brings the text of this device to the desktop before it pastes, unless the desktop has a newer one. Returns false
   * if the desktop must not paste now.
   */
  paste(text: string): boolean;
  /** The user copies something in the desktop, which this device hears of later. */
  copies(): void;
  /** The user is back at the desktop, and may have copied something elsewhere. */
  returned(): void;
  /** Takes a text that was copied in the desktop. */
  copied(text: string): void;
  /** A copied text that waits for a click, because this browser takes none without. */
  readonly waiting: Accessor<string | undefined>;
  /** Copies the text that waits. */
  take(): Promise<void>;
  /** Why the last text was refused; undefined after a text has passed. */
  readonly refusal: Accessor<string | undefined>;
  refused(reason: string): void;
}

interface SharedClipboardOptions {
  news: News;
  /** The desktop's name for the viewer. */
  viewer: Accessor<string | undefined>;
  /** Gives a text to the desktop. */
  give(text: string): void;
  /** Called if the desktop did not take the user's choice. */
  failed(error: unknown): void;
}

export function createSharedClipboard({
  news,
  viewer,
  give,
  failed,
}: SharedClipboardOptions): SharedClipboard {
  const [allowed, setAllowed] = createSignal({ toDesktop: false, fromDesktop: false });
  /** True until the desktop has taken the user's choice. */
  const [isPending, setPending] = createSignal(true);
  let wishes = 0;
  const [waiting, setWaiting] = createSignal<string>();
  const [refusal, setRefusal] = createSignal<string>();
  const newest = new NewestText();

  // A new connection begins without rights.
  createEffect(
    on([viewer, allowed, news.desktop], ([id, rights, desktop], before) => {
      setPending(true);
      if (id !== before?.[0]) newest.reconnected();
      const isAny = rights.toDesktop || rights.fromDesktop;
      if (id === undefined || (!isAny && before === undefined)) return;
      const mine = ++wishes;
      desktop.clipboard({ viewer: id, ...rights }).then(() => mine === wishes && setPending(false), failed);
    }),
  );

  const fits = (text: string): boolean => {
    const isTooLarge = new Blob([text]).size > MOST_BYTES;
    setRefusal(isTooLarge ? TOO_LARGE : undefined);
    return !isTooLarge;
  };
  const paste = (text: string): boolean => {
    if (text === '') {
      if (!newest.isFromDesktop) setRefusal(NO_TEXT);
      return newest.isFromDesktop;
    }
    if (!newest.isNew(text)) return true;
    if (isPending()) setRefusal(NOT_YET);
    if (isPending() || !fits(text)) return false;
    give(text);
    newest.gives(text);
    return true;
  };
  /** Gives the desktop what this device has copied, if the browser allows that without a question at each time. */
  const offer = async (): Promise<void> => {
    if (!allowed().toDesktop || !(await mayRead())) return;
    const text = await navigator.clipboard.readText();
    if (text !== '') paste(text);
  };
  const onFocus = (): void => void offer().catch(() => undefined);
  window.addEventListener('focus', onFocus);
  onCleanup(() => window.removeEventListener('focus', onFocus));

  return {
    allowed,
    isPending,
    allow(direction, isAllowed) {
      // Who allows it wants the text of this device, whatever was copied in the desktop before.
      if (direction === 'toDesktop' && isAllowed) newest.forget();
      setAllowed({ ...allowed(), [direction]: isAllowed });
      setRefusal(undefined);
      if (!isAllowed) setWaiting(undefined);
    },
    paste,
    copied(text) {
      if (!allowed().fromDesktop || text === '') return;
      newest.copies();
      if (!fits(text)) return;
      const written = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'));
      newest.writes(text, written).then(
        () => setWaiting(undefined),
        () => setWaiting(text),
      );
    },
    copies: () => newest.copies(),
    returned: () => newest.returned(),
    waiting,
    async take() {
      const text = waiting() ?? '';
      await newest.writes(text, copyText(text));
      setWaiting(undefined);
    },
    refusal,
    refused: setRefusal,
  };
}

async function mayRead(): Promise<boolean> {
  const name = 'clipboard-read' as PermissionName;
  const answer = await navigator.permissions.query({ name });
  return answer.state === 'granted';
}

const TOO_LARGE = 'The text is larger than 1 MiB, so it was not copied. Move it as a file.';
const NOT_YET = 'The desktop does not take texts yet, so nothing was pasted. Paste again.';
const NO_TEXT = 'The clipboard of this device has no text, so nothing was pasted.';
