/**
 * What a desktop tells beside its picture, as Solid signals: who has the controls, whether it ends because nobody uses
 * it, and its files. A channel that the other end has forgotten is opened again.
 */
import { Backoff } from '@unicore/protocol';
import type { Control } from '@unicore/protocol/api';
import type { ClipboardRefusal, DesktopFiles } from '@unicore/protocol/control';
import { type Accessor, createSignal, onCleanup } from 'solid-js';
import type { Desktop, UniCore } from '../../sdk/index.ts';
import { isLost } from './lost.ts';

/** Pauses before the channel is opened again, ms. */
const PAUSES = { first: 500, most: 10_000, random: Math.random };

export interface News {
  /** The calls to the desktop. A new object follows after each lost channel. */
  readonly desktop: Accessor<Desktop>;
  readonly control: Accessor<Control | undefined>;
  /** When the desktop ends unless somebody uses it, ms since 1970 by this device's clock; undefined if it is used. */
  readonly idleEndsAt: Accessor<number | undefined>;
  /** Undefined until they are known. */
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
    // The desktop tells of changes only. A failure is one of the channel, which is opened again.
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
