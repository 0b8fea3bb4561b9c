/** Chooses the one sentence that is shown over the picture of a desktop. */
import type { Desktop } from '@unicore/protocol/api';
import { type Accessor, createEffect, createSignal, on, onCleanup } from 'solid-js';
import { createNow } from '../../base/index.ts';
import { countdown } from '../format.ts';
import type { Notice } from './notice.tsx';

const TICK_MS = 1_000;
const MINUTE = 60_000;
/** How long a message about a recent event is shown, ms. */
const SHOWN_MS = 6_000;
/** The user is warned this long before the end of the desktop, minutes. */
const WARNINGS = [5, 1];

export interface NoticeFacts {
  desktop: Accessor<Desktop>;
  /** What is wrong with the connection, as a sentence. */
  line: Accessor<string | undefined>;
  /** When the desktop ends because nobody uses it, ms since 1970. */
  idleEndsAt: Accessor<number | undefined>;
  /** Extends the life of the desktop by an hour. */
  extend(): void;
  /** Keeps the desktop from ending as unused. */
  stay(): void;
}

export interface Notices {
  readonly current: Accessor<Notice | undefined>;
  /** Shows a message about a recent event for some seconds. */
  say(notice: Notice): void;
  clear(): void;
}

export function createNotices({ desktop, line, idleEndsAt, extend, stay }: NoticeFacts): Notices {
  const now = createNow(TICK_MS);
  const [news, setNews] = createSignal<Notice>();
  /** The dismissed warning, by its number of minutes. A warning closer to the end is shown again. */
  const [dismissed, setDismissed] = createSignal(Number.POSITIVE_INFINITY);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const clear = (): void => {
    clearTimeout(timer);
    setNews(undefined);
  };
  onCleanup(clear);
  createEffect(
    on(
      () => desktop().expiresAt,
      () => setDismissed(Number.POSITIVE_INFINITY),
      { defer: true },
    ),
  );

  const ofIdle = (): Notice | undefined => {
    const at = idleEndsAt();
    if (at === undefined) return undefined;
    const text = `Nobody has used the desktop for a while. It ends in ${countdown(at - now())}.`;
    return { text, isUrgent: true, action: { label: 'I’m still here', run: stay } };
  };
  const ofLife = (): Notice | undefined => {
    const left = (desktop().expiresAt ?? Number.POSITIVE_INFINITY) - now();
    const warning = Math.min(...WARNINGS.filter((minutes) => left <= minutes * MINUTE));
    if (!Number.isFinite(warning) || warning >= dismissed()) return undefined;
    return {
      text: `The desktop ends in ${countdown(left)}, and everything in it is deleted.`,
      isUrgent: true,
      action: { label: 'Add an hour', run: extend },
      dismiss: () => setDismissed(warning),
    };
  };
  return {
    current: () => {
      const wrong = line();
      return wrong === undefined ? (news() ?? ofIdle() ?? ofLife()) : { text: wrong };
    },
    say(notice) {
      clear();
      setNews(notice);
      timer = setTimeout(() => setNews(undefined), SHOWN_MS);
    },
    clear,
  };
}
