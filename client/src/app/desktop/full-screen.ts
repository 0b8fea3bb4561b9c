/** Shows the page in full-screen mode. In this mode the desktop also gets keys such as Ctrl+W. */
import { type Accessor, createSignal, onCleanup } from 'solid-js';
import { failed } from '../ui/index.ts';

export interface FullScreen {
  readonly on: Accessor<boolean>;
  /** False on devices without this feature, such as iPhones. */
  readonly isPossible: boolean;
  toggle(): void;
}

/**
 * The whole page becomes full-screen, because menus and dialogs are at the end of the page and would be hidden
 * otherwise.
 */
export function createFullScreen(): FullScreen {
  const [on, setOn] = createSignal(document.fullscreenElement !== null);
  const { keyboard } = navigator;
  const onChange = (): void => {
    setOn(document.fullscreenElement !== null);
    if (!on()) keyboard?.unlock();
  };
  const leave = (): void => {
    if (document.fullscreenElement) void document.exitFullscreen();
  };
  const enter = async (): Promise<void> => {
    await document.documentElement.requestFullscreen({ navigationUI: 'hide' });
    // If the browser does not support this, it keeps some keys for itself, as in a window.
    await keyboard?.lock().catch(() => undefined);
  };
  document.addEventListener('fullscreenchange', onChange);
  onCleanup(() => {
    document.removeEventListener('fullscreenchange', onChange);
    leave();
  });
  return {
    on,
    isPossible: document.fullscreenEnabled === true,
    toggle: () => {
      if (on()) return leave();
      enter().catch((error: unknown) => failed('The browser refused the full screen', error));
    },
  };
}
