/**
 * The events of a desktop as Solid signals: who has the controls, whether it will end because nobody uses it, and
 * its files. If the other end has forgotten the channel, a new channel is opened.
 */
import { Backoff } from '@unicore/protocol';
import type { Control } from '@unicore/protocol/api';
import type { ClipboardRefusal, DesktopFiles } from '@unicore/protocol/control';
import { type Accessor, createSignal, onCleanup } from 'solid-js';
import type { Desktop, UniCore } from '../../sdk/index.ts';
import { isLost } from './lost.ts';

/** Pauses before a new channel is opened, ms. */
const PAUSES = { first: 500, most: 10_000, random: Math.random };

export interface News {
  /** The calls to the desktop. After a lost channel this is a new object. */
  readonly desktop: Accessor<Desktop>;
  readonly control: Accessor<Control | undefined>;
  /**
   * When the desktop will end if nobody uses it, in ms since 1970 by this device's clock. Undefined while it is in
   * use.
   */
  readonly idleEndsAt: Accessor<number | undefined>;
  /** The files of the desktop; undefined until they are known. */
  readonly files: Accessor<DesktopFiles | undefined>;
}

export interface NewsOptions {
  unicore: UniCore;
  sessionId: string;
  onClipboardRefused(refusal: ClipboardRefusal): void;
}

export function createNews({ unicore, sessionId, onClipboardRefused }: NewsOptions): News {
  const [control, setControl] = createSignal<Control>();
  const [idleEndsAt, setIdleEndsAt] = createSignal<number>();
  const [files, setFiles] = createSignal<DesktopFiles>();
  const backoff = new Backoff(PAUSES);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;

  const open = (): Desktop => {
    const mine = unicore.desktop(sessionId, {
      control: (now) => {
        backoff.reset();
        setControl(now);
      },
      warning: ({ limit, leftMs }) => {
        if (limit === 'idle') setIdleEndsAt(leftMs === null ? undefined : Date.now() + leftMs);
      },
      files: setFiles,
      clipboardRefused: onClipboardRefused,
      closed: (code) => {
        if (over || !isLost(code)) return;
        setControl(undefined);
        setIdleEndsAt(undefined);
        timer = setTimeout(() => setDesktop(open()), backoff.next());
      },
    });
    // The desktop reports only changes, so the first list is requested. If that fails, the channel has failed, and
    // a new one is opened.
    mine.files().then(setFiles, () => undefined);
    return mine;
  };
  const [desktop, setDesktop] = createSignal(open(), { equals: false });
  onCleanup(() => {
    over = true;
    clearTimeout(timer);
    desktop().close();
  });
  return { desktop, control, idleEndsAt, files };
}
